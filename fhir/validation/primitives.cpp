// Each function follows the regular expression that R4 gives for the type, and the ranges beside
// it. https://hl7.org/fhir/R4/datatypes.html#primitive
#include "fhir/validation/primitives.h"

#include <array>
#include <cstdint>

#include "fhir/validation/primitive_times.h"

namespace fhir::validation {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// `0`, or digits that do not begin with 0; a minus where `is_signed`.
std::string_view whole_number_fault(std::string_view text, bool is_signed, std::int64_t low) {
  constexpr std::string_view k_format = "is not a whole number";
  constexpr std::string_view k_range = "is outside the range of its type";
  std::string_view digits = text;
  const bool negative = !digits.empty() && digits.front() == '-';
  if (negative) digits.remove_prefix(1);
  if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return k_format;
  if (negative && digits == "0") return k_format;
  std::int64_t value = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return k_format;
    if (value < 10'000'000'000) value = value * 10 + (c - '0');
  }
  if (negative) value = -value;
  if (negative && !is_signed) return k_range;
  if (value < low || value > 2'147'483'647) return k_range;
  return {};
}

std::string_view string_fault(std::string_view text) {
  if (text.empty()) return "is empty";
  if (text.size() > k_string_bytes_max) return "is longer than 1 MB";
  bool only_space = true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\t' && c != '\n' && c != '\r')
      return "has a control character other than tab, carriage return and line feed";
    only_space = only_space && is_space(c);
  }
  if (only_space) return "is nothing but whitespace";
  return {};
}

std::string_view code_fault(std::string_view text) {
  if (text.empty()) return "is empty";
  if (text.size() > k_string_bytes_max) return "is longer than 1 MB";
  bool after_space = true;
  for (const char c : text) {
    const bool space = is_space(c);
    if (space && after_space)
      return "is no code: it begins with whitespace or has two spaces in a row";
    if (static_cast<unsigned char>(c) < 0x20 && !space) return "has a control character";
    after_space = space;
  }
  if (after_space) return "is no code: it ends with whitespace";
  return {};
}

std::string_view uri_fault(std::string_view text) {
  if (text.empty()) return "is empty";
  if (text.size() > k_string_bytes_max) return "is longer than 1 MB";
  if (has_whitespace(text)) return "is no URI: it has whitespace";
  if (text.starts_with("oid:")) return "is no URI: an OID is written urn:oid:";
  if (text.starts_with("uuid:")) return "is no URI: a UUID is written urn:uuid:";
  if (text.starts_with("urn:oid:") && !is_oid_urn(text)) return "is not a well-formed urn:oid:";
  return {};
}

constexpr std::array<std::uint8_t, 256> make_base64_table() {
  std::array<std::uint8_t, 256> table{};
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = 1;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = 1;
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = 1;
  table['+'] = table['/'] = 1;
  table['='] = 2;
  table[' '] = table['\t'] = table['\n'] = table['\r'] = 3;
  return table;
}

std::string_view base64_fault(std::string_view text) {
  static constexpr auto k_table = make_base64_table();
  constexpr std::string_view k_fault = "is not base64";
  if (text.empty()) return "is empty";
  std::size_t characters = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    switch (k_table[static_cast<unsigned char>(c)]) {
      case 1:
        if (padding != 0) return k_fault;
        ++characters;
        break;
      case 2:
        ++padding;
        break;
      case 3:
        break;
      default:
        return k_fault;
    }
  }
  if (padding > 2 || characters == 0 || (characters + padding) % 4 != 0) return k_fault;
  return {};
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (c != '-') return false;
    } else if (!is_digit(c) && !(c >= 'a' && c <= 'f')) {
      return false;
    }
  }
  return true;
}

std::string_view fault_if(bool is_fault, std::string_view fault) {
  return is_fault ? fault : std::string_view{};
}

}  // namespace

bool is_json_kind_of(Primitive primitive, json::Kind kind) {
  switch (primitive) {
    case Primitive::boolean:
      return kind == json::Kind::true_ || kind == json::Kind::false_;
    case Primitive::integer:
    case Primitive::unsigned_int:
    case Primitive::positive_int:
    case Primitive::decimal:
      return kind == json::Kind::number;
    default:
      return kind == json::Kind::string;
  }
}

std::string_view json_kind_name(Primitive primitive) {
  if (primitive == Primitive::boolean) return "a boolean";
  return is_json_kind_of(primitive, json::Kind::number) ? "a number" : "a string";
}

std::string_view fault_of(Primitive primitive, std::string_view text) {
  switch (primitive) {
    case Primitive::none:
    case Primitive::boolean:
    case Primitive::xhtml:
      return {};
    case Primitive::integer:
      return whole_number_fault(text, true, -2'147'483'648);
    case Primitive::unsigned_int:
      return whole_number_fault(text, false, 0);
    case Primitive::positive_int:
      return whole_number_fault(text, false, 1);
    case Primitive::decimal:
      return fault_if(text.size() > k_decimal_text_max, "has too many digits");
    case Primitive::string:
    case Primitive::markdown:
      return string_fault(text);
    case Primitive::code:
      return code_fault(text);
    case Primitive::id:
      return fault_if(!is_id(text), "is no id: 1 to 64 letters, digits, hyphens and full stops");
    case Primitive::uri:
    case Primitive::url:
    case Primitive::canonical:
      return uri_fault(text);
    case Primitive::oid:
      return fault_if(!is_oid_urn(text), "is not a well-formed urn:oid:");
    case Primitive::uuid:
      return fault_if(!is_uuid_urn(text), "is not a well-formed urn:uuid: in lower case");
    case Primitive::base64_binary:
      return base64_fault(text);
    case Primitive::instant:
      return fault_if(!is_instant(text),
                      "is no instant: a date, a time to the second and a time zone");
    case Primitive::date:
      return fault_if(!is_date(text), "is no date: YYYY, YYYY-MM or YYYY-MM-DD");
    case Primitive::date_time:
      return fault_if(
          !is_date_time(text),
          "is no dateTime: a date, or a date with hours, minutes, seconds and a time zone");
    case Primitive::time:
      return fault_if(!is_time(text), "is no time: hh:mm:ss");
  }
  return {};
}

bool is_id(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  for (const char c : text) {
    if (!is_letter(c) && !is_digit(c) && c != '-' && c != '.') return false;
  }
  return true;
}

bool is_uuid_urn(std::string_view text) {
  return text.starts_with("urn:uuid:") && is_uuid(text.substr(9));
}

bool is_oid_urn(std::string_view text) {
  if (!text.starts_with("urn:oid:")) return false;
  text.remove_prefix(8);
  if (text.empty() || text[0] < '0' || text[0] > '2') return false;
  text.remove_prefix(1);
  if (text.empty()) return false;
  while (!text.empty()) {
    if (text[0] != '.') return false;
    std::size_t digits = 1;
    while (digits < text.size() && is_digit(text[digits])) ++digits;
    if (digits == 1 || (text[1] == '0' && digits > 2)) return false;
    text.remove_prefix(digits);
  }
  return true;
}

bool has_whitespace(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20) return true;
  }
  return false;
}

bool is_absolute_uri(std::string_view text) {
  if (text.empty() || !is_letter(text[0])) return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ':') return i + 1 < text.size();
    if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return false;
  }
  return false;
}

bool is_example_url(std::string_view url) {
  for (const std::string_view host : {"example.org", "acme.com", "acme.org"}) {
    if (url.find(host) != std::string_view::npos) return true;
  }
  return false;
}

bool has_html_tag(std::string_view text) {
  const std::size_t end = text.rfind('>');
  if (end == std::string_view::npos) return false;
  text = text.substr(0, end);
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at)) {
    ++at;
    const std::size_t name = at < text.size() && text[at] == '/' ? at + 1 : at;
    if (name < text.size() && is_letter(text[name])) return true;
  }
  return false;
}

}  // namespace fhir::validation
