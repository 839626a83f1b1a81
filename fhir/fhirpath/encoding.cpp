// encode, decode, escape and unescape.
// https://hl7.org/fhirpath/#additional-string-functions
#include <array>

#include "fhir/fhirpath/functions.h"
#include "fhir/formats/utf8.h"

namespace fhir::fhirpath {
namespace {

using Text = std::optional<std::string>;

constexpr std::string_view k_base64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view k_hex = "0123456789abcdef";

std::string to_hex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += k_hex[byte >> 4];
    out += k_hex[byte & 15];
  }
  return out;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Text from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string to_base64(std::string_view text, bool is_url) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, text.size() - i);
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8 | (j < count ? static_cast<unsigned char>(text[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j)
      out += j <= count ? k_base64[(group >> (18 - 6 * j)) & 63] : '=';
  }
  if (is_url) {
    for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  }
  return out;
}

Text from_base64(std::string_view text, bool is_url) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    if (is_url) c = c == '-' ? '+' : c == '_' ? '/' : c;
    const std::size_t value = k_base64.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xff);
    }
  }
  return out;
}

Text encode(std::string_view text, std::string_view format) {
  if (format == "hex") return to_hex(text);
  if (format == "base64") return to_base64(text, false);
  if (format == "urlbase64") return to_base64(text, true);
  return std::nullopt;
}

Text decode(std::string_view text, std::string_view format) {
  Text out;
  if (format == "hex") out = from_hex(text);
  if (format == "base64") out = from_base64(text, false);
  if (format == "urlbase64") out = from_base64(text, true);
  // Bytes that are no text cannot be a string.
  if (out && json::invalid_utf8_at(*out) != std::string_view::npos) return std::nullopt;
  return out;
}

struct Entity {
  char character;
  std::string_view html;
};
constexpr std::array<Entity, 5> k_entities = {
    {{'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}, {'&', "&amp;"}}};
constexpr std::array<Entity, 7> k_json_escapes = {{{'"', "\\\""},
                                                   {'\\', "\\\\"},
                                                   {'\b', "\\b"},
                                                   {'\f', "\\f"},
                                                   {'\n', "\\n"},
                                                   {'\r', "\\r"},
                                                   {'\t', "\\t"}}};

template <std::size_t size>
std::string replace_characters(std::string_view text, const std::array<Entity, size>& entities) {
  std::string out;
  for (const char c : text) {
    std::string_view written(&c, 1);
    for (const Entity& entity : entities) {
      if (entity.character == c) written = entity.html;
    }
    out.append(written);
  }
  return out;
}

template <std::size_t size>
std::string restore_characters(std::string_view text, const std::array<Entity, size>& entities) {
  std::string out;
  while (!text.empty()) {
    std::size_t taken = 0;
    for (const Entity& entity : entities) {
      if (!text.starts_with(entity.html)) continue;
      out += entity.character;
      taken = entity.html.size();
      break;
    }
    if (taken == 0) {
      out += text[0];
      taken = 1;
    }
    text.remove_prefix(taken);
  }
  return out;
}

Text escape(std::string_view text, std::string_view target) {
  if (target == "html") return replace_characters(text, k_entities);
  if (target == "json") return replace_characters(text, k_json_escapes);
  return std::nullopt;
}

Text unescape(std::string_view text, std::string_view target) {
  if (target == "html") return restore_characters(text, k_entities);
  if (target == "json") return restore_characters(text, k_json_escapes);
  return std::nullopt;
}

template <Text (*convert)(std::string_view, std::string_view)>
bool visit_converted(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Item keep;
  Item format_keep;
  std::string_view text;
  std::string_view format;
  const Found found = evaluation.string_input(node, scope, keep, text);
  if (found != Found::one) return found == Found::none;
  const Found has_format = evaluation.string(*node.arguments[0], scope, format_keep, format);
  if (has_format != Found::one) return has_format == Found::none;
  if (!evaluation.spend_bytes(text.size() * 6)) return false;
  Text out = convert(text, format);
  return !out || sink(Item::of_string(*std::move(out)));
}

constexpr Function k_functions[] = {
    {"encode", 1, 1, visit_converted<encode>},
    {"decode", 1, 1, visit_converted<decode>},
    {"escape", 1, 1, visit_converted<escape>},
    {"unescape", 1, 1, visit_converted<unescape>},
};

}  // namespace

std::span<const Function> encoding_functions() { return k_functions; }

}  // namespace fhir::fhirpath
