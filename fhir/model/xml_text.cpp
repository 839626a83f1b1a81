// https://www.w3.org/TR/xml/#charsets https://www.w3.org/TR/xml/#AVNormalize
#include "fhir/model/xml_text.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "fhir/formats/utf8.h"

namespace fhir::xml {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The production Char.
bool is_character(std::uint32_t code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) ||
         (code >= 0x10000 && code <= 0x10ffff);
}

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  if (code < 0x800) {
    out += static_cast<char>(0xc0 | (code >> 6));
  } else {
    if (code < 0x10000) {
      out += static_cast<char>(0xe0 | (code >> 12));
    } else {
      out += static_cast<char>(0xf0 | (code >> 18));
      out += static_cast<char>(0x80 | ((code >> 12) & 0x3f));
    }
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
  }
  out += static_cast<char>(0x80 | (code & 0x3f));
}

/// Appends what `&name;` stands for; `name` is what is between the ampersand and the semicolon.
bool append_reference(std::string& out, std::string_view name) {
  if (name == "amp") return out += '&', true;
  if (name == "lt") return out += '<', true;
  if (name == "gt") return out += '>', true;
  if (name == "quot") return out += '"', true;
  if (name == "apos") return out += '\'', true;
  if (!name.starts_with('#')) return false;
  name.remove_prefix(1);
  const bool is_hexadecimal = name.starts_with('x');
  if (is_hexadecimal) name.remove_prefix(1);
  std::uint32_t code = 0;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, code, is_hexadecimal ? 16 : 10);
  if (error != std::errc{} || stop != end || !is_character(code)) return false;
  append_utf8(out, code);
  return true;
}

}  // namespace

std::size_t forbidden_bytes(std::string_view text) {
  if (text.empty()) return 0;
  if (is_control(text.front())) return 1;
  return text.starts_with("\xef\xbf\xbe") || text.starts_with("\xef\xbf\xbf") ? 3 : 0;
}

std::size_t forbidden_at(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const unsigned char c = static_cast<unsigned char>(text[at]);
    if ((c < 0x20 || c == 0xef) && forbidden_bytes(text.substr(at)) != 0) return at;
  }
  return std::string_view::npos;
}

std::string with_allowed_characters(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t allowed = std::min(forbidden_at(text), text.size());
    out.append(text.substr(0, allowed));
    text.remove_prefix(allowed);
    if (text.empty()) break;
    out.append(json::k_replacement_character);
    text.remove_prefix(forbidden_bytes(text));
  }
  return out;
}

bool is_plain_name(std::string_view name) {
  if (name.empty() || !(is_letter(name.front()) || name.front() == '_')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

bool append_decoded(std::string& out, std::string_view raw, std::size_t& bad_at) {
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t special = std::min(raw.find_first_of("&<\t\r\n", at), raw.size());
    out.append(raw.substr(at, special - at));
    if (special == raw.size()) return true;
    at = special;
    if (raw[at] == '&') {
      const std::size_t end = raw.find(';', at);
      bad_at = at;
      if (end == std::string_view::npos || !append_reference(out, raw.substr(at + 1, end - at - 1)))
        return false;
      at = end + 1;
    } else if (raw[at] == '<') {
      bad_at = at;
      return false;
    } else {
      at += raw.substr(at).starts_with("\r\n") ? 2 : 1;
      out += ' ';
    }
  }
  return true;
}

void append_escaped(std::string& out, std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\t' || c == '\n' || c == '\r') {
      out += c == '\t' ? "&#9;" : c == '\n' ? "&#10;" : "&#13;";
    } else if (const std::size_t bytes = forbidden_bytes(text.substr(at)); bytes != 0) {
      out += json::k_replacement_character;
      at += bytes - 1;
    } else {
      out += c;
    }
  }
}

std::size_t element_end(std::string_view source, std::size_t begin) {
  constexpr std::size_t k_none = std::string_view::npos;
  std::size_t open = 0;
  for (std::size_t at = begin; at != k_none; at = source.find('<', at)) {
    const std::string_view rest = source.substr(at);
    auto skip_past = [&](std::string_view token) {
      at = source.find(token, at);
      if (at != k_none) at += token.size();
    };
    if (rest.starts_with("<!--")) {
      at += 4;
      skip_past("-->");
    } else if (rest.starts_with("<![CDATA[")) {
      skip_past("]]>");
    } else if (rest.starts_with("<?")) {
      skip_past("?>");
    } else if (rest.starts_with("</")) {
      skip_past(">");
      if (open <= 1) return at;
      --open;
    } else {
      while ((at = source.find_first_of("\"'>", at)) != k_none && source[at] != '>') {
        at = source.find(source[at], at + 1);
        if (at == k_none) return at;
        ++at;
      }
      if (at == k_none) return at;
      if (source[at - 1] != '/') ++open;
      ++at;
      if (open == 0) return at;
    }
    if (at == k_none) return at;
  }
  return k_none;
}

}  // namespace fhir::xml
