// What a definition says of one element's value: fixed, pattern, smallest, largest, length.
// https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_
#include <algorithm>
#include <optional>
#include <string>

#include "fhir/base/date_time.h"
#include "fhir/base/decimal.h"
#include "fhir/validation/value_match.h"
#include "fhir/validation/walk.h"

namespace fhir::validation {
namespace {

/// Negative, zero or positive; nothing when the two cannot be compared.
std::optional<int> compare(const json::Value& a, const json::Value& b) {
  const auto sign = [](std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; };
  if (a.is_number() && b.is_number()) {
    const auto x = Decimal::parse(a.text());
    const auto y = Decimal::parse(b.text());
    if (!x || !y) return std::nullopt;
    return sign(*x <=> *y);
  }
  if (!a.is_string() || !b.is_string()) return std::nullopt;
  if (const auto x = DateTime::parse(a.text()), y = DateTime::parse(b.text()); x && y) {
    const auto order = DateTime::compare(*x, *y);
    return order ? std::optional{sign(*order)} : std::nullopt;
  }
  if (const auto x = TimeOfDay::parse(a.text()), y = TimeOfDay::parse(b.text()); x && y) {
    const auto order = TimeOfDay::compare(*x, *y);
    return order ? std::optional{sign(*order)} : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

void Walk::check_limits(const Node& node, const ElementSchema& element) {
  const json::Value* value = node.element.value;
  if (value == nullptr || value->is_null()) return;
  if (element.max_length != 0 && value->is_string() &&
      characters_in(value->text()) > element.max_length)
    report(node, IssueType::too_long,
           {element.path, " has more than ", std::to_string(element.max_length), " characters"});
  if (element.fixed != nullptr && !matches(*value, *element.fixed, true))
    report(node, IssueType::value, {element.path, " must have the fixed value of its definition"});
  if (element.pattern != nullptr && !matches(*value, *element.pattern, false))
    report(node, IssueType::value, {element.path, " does not match the pattern of its definition"});
  if (element.min_value != nullptr && compare(*value, *element.min_value).value_or(0) < 0)
    report(node, IssueType::value,
           {element.path, " is below the smallest value that its definition allows"});
  if (element.max_value != nullptr && compare(*value, *element.max_value).value_or(0) > 0)
    report(node, IssueType::value,
           {element.path, " is above the largest value that its definition allows"});
}

namespace {

/// Bytes that base64 text stands for, whitespace aside.
std::size_t decoded_bytes(std::string_view text) {
  std::size_t characters = 0;
  for (const char c : text) {
    if (c != '=' && static_cast<unsigned char>(c) > 0x20) ++characters;
  }
  return characters * 3 / 4;
}

}  // namespace

void Walk::check_attachment(const Node& node) {
  const json::Value* size = node.element.value->find("size");
  const json::Value* data = node.element.value->find("data");
  if (size == nullptr || data == nullptr || !size->is_number() || !data->is_string()) return;
  if (size->text() != std::to_string(decoded_bytes(data->text())))
    report(node, IssueType::value, {name_of(node), ": size is not the number of bytes in data"});
}

}  // namespace fhir::validation
