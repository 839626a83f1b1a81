// https://www.rfc-editor.org/rfc/rfc3986#section-2.1
#include "src/search/percent.h"

#include <algorithm>
#include <optional>

#include "fhir/formats/utf8.h"

namespace server::search {
namespace {

constexpr std::size_t k_usual_parameters = 8;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Whether decoding leaves the text as it is, and nothing in it needs a closer look.
bool is_literal(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<signed char>(c) > 0 && c != '%' && c != '+';  // beyond ASCII it is below
  });
}

std::optional<std::string> decode(std::string_view text) {
  if (is_literal(text)) return std::string(text);
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded.push_back(text[at] == '+' ? ' ' : text[at]);
      continue;
    }
    if (at + 2 >= text.size()) return {};
    const int high = hex_digit(text[at + 1]), low = hex_digit(text[at + 2]);
    if (high < 0 || low < 0) return {};
    decoded.push_back(static_cast<char>(high * 16 + low));
    at += 2;
  }
  if (decoded.find('\0') != std::string::npos) return {};
  if (fhir::json::invalid_utf8_at(decoded) != std::string_view::npos) return {};
  return decoded;
}

bool is_plain(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return std::string_view("-._~:/,$*!'()@").find(c) != std::string_view::npos;
}

}  // namespace

fhir::Result<Parameters> split_query(std::string_view query, std::size_t parameters_max) {
  Parameters parameters;
  if (!query.empty()) parameters.reserve(k_usual_parameters);
  while (!query.empty()) {
    const std::string_view piece = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), piece.size() + 1));
    if (piece.empty()) continue;
    if (parameters.size() == parameters_max) {
      return fhir::unexpected(fhir::make_issue(
          fhir::Situation::too_large, fhir::IssueType::too_costly,
          "A search takes at most " + std::to_string(parameters_max) + " parameters"));
    }
    const std::size_t equals = piece.find('=');
    auto name = decode(piece.substr(0, equals));
    auto value = decode(equals == std::string_view::npos ? "" : piece.substr(equals + 1));
    if (!name || !value) {
      return fhir::unexpected(fhir::make_issue(
          fhir::Situation::malformed, fhir::IssueType::invalid,
          "A parameter is badly encoded: `%` is followed by two hexadecimal digits, and the bytes "
          "they stand for are UTF-8 without NUL"));
    }
    parameters.emplace_back(std::move(*name), std::move(*value));
  }
  return parameters;
}

void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view k_digits = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_plain(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(k_digits[byte >> 4]);
    out.push_back(k_digits[byte & 15]);
  }
}

void append_pair(std::string& out, std::string_view name, std::string_view value) {
  if (!out.empty()) out.push_back('&');
  append_encoded(out, name);
  out.push_back('=');
  append_encoded(out, value);
}

}  // namespace server::search
