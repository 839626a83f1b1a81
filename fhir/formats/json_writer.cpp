// RFC 8259 section 7 says what must be escaped.
#include "fhir/formats/json_writer.h"

#include <array>
#include <charconv>

#include <emmintrin.h>

namespace fhir::json {
namespace {

/// Length of the part from `at` that needs no escape.
std::size_t plain_bytes(std::string_view text, std::size_t at) {
  const std::size_t start = at;
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i control = _mm_set1_epi8(0x1f);
  while (at + 16 <= text.size()) {
    __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    __m128i is_control = _mm_cmpeq_epi8(_mm_min_epu8(block, control), block);
    __m128i special = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)), is_control);
    if (int mask = _mm_movemask_epi8(special)) return at + __builtin_ctz(mask) - start;
    at += 16;
  }
  for (; at < text.size(); ++at) {
    unsigned char c = static_cast<unsigned char>(text[at]);
    if (c == '"' || c == '\\' || c < 0x20) break;
  }
  return at - start;
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    default:
      break;
  }
  constexpr std::string_view k_digits = "0123456789abcdef";
  out += "\\u00";
  out += k_digits[static_cast<unsigned char>(c) >> 4];
  out += k_digits[static_cast<unsigned char>(c) & 15];
}

void append_pretty(std::string& out, const Value& value, int level) {
  auto new_line = [&out](int at) {
    out += '\n';
    out.append(static_cast<std::size_t>(at) * 2, ' ');
  };
  if (value.is_object() && !value.members().empty()) {
    out += '{';
    bool first = true;
    for (const Member& member : value.members()) {
      if (!first) out += ',';
      first = false;
      new_line(level + 1);
      append_string(out, member.name());
      out += ": ";
      append_pretty(out, member.value, level + 1);
    }
    new_line(level);
    out += '}';
  } else if (value.is_array() && !value.items().empty()) {
    out += '[';
    bool first = true;
    for (const Value& item : value.items()) {
      if (!first) out += ',';
      first = false;
      new_line(level + 1);
      append_pretty(out, item, level + 1);
    }
    new_line(level);
    out += ']';
  } else {
    append(out, value);
  }
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t plain = plain_bytes(text, at);
    out.append(text.data() + at, plain);
    at += plain;
    if (at < text.size()) append_escape(out, text[at++]);
  }
  out += '"';
}

void append(std::string& out, const Value& value) {
  switch (value.kind()) {
    case Kind::string:
      append_string(out, value.text());
      return;
    case Kind::array: {
      char separator = '[';
      for (const Value& item : value.items()) {
        out += separator;
        append(out, item);
        separator = ',';
      }
      if (separator == '[') out += '[';
      out += ']';
      return;
    }
    case Kind::object: {
      char separator = '{';
      for (const Member& member : value.members()) {
        out += separator;
        append_string(out, member.name());
        out += ':';
        append(out, member.value);
        separator = ',';
      }
      if (separator == '{') out += '{';
      out += '}';
      return;
    }
    default:
      out += value.text();
  }
}

std::string to_string(const Value& value, bool pretty) {
  std::string out;
  if (pretty) {
    append_pretty(out, value, 0);
  } else {
    append(out, value);
  }
  return out;
}

Builder& Builder::open(char bracket) {
  separate();
  out_ += bracket;
  first_ = true;
  return *this;
}

Builder& Builder::close(char bracket) {
  out_ += bracket;
  first_ = false;
  return *this;
}

void Builder::separate() {
  if (!first_) out_ += ',';
  first_ = false;
}

Builder& Builder::key(std::string_view name) {
  separate();
  append_string(out_, name);
  out_ += ':';
  first_ = true;
  return *this;
}

Builder& Builder::string(std::string_view text) {
  separate();
  append_string(out_, text);
  return *this;
}

Builder& Builder::number(long long value) {
  separate();
  std::array<char, 24> digits;
  auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out_.append(digits.data(), end.ptr);
  return *this;
}

Builder& Builder::boolean(bool value) { return raw(value ? "true" : "false"); }

Builder& Builder::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

Builder& Builder::value(const Value& value) {
  separate();
  append(out_, value);
  return *this;
}

}  // namespace fhir::json
