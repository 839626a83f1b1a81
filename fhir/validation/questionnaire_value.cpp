#include "fhir/validation/questionnaire_value.h"

#include "fhir/base/date_time.h"
#include "fhir/base/decimal.h"

namespace fhir::validation {
namespace {

struct TypeName {
  std::string_view member;
  std::string_view code;
};
constexpr TypeName k_primitive_types[] = {
    {"Boolean", "boolean"},   {"Decimal", "decimal"},  {"Integer", "integer"}, {"Date", "date"},
    {"DateTime", "dateTime"}, {"Time", "time"},        {"String", "string"},   {"Uri", "uri"},
    {"Code", "code"},         {"Markdown", "markdown"}};

int sign(std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

std::optional<int> compare_numbers(const json::Value& a, const json::Value& b) {
  const auto x = Decimal::parse(a.text());
  const auto y = Decimal::parse(b.text());
  if (!x || !y) return std::nullopt;
  return sign(*x <=> *y);
}

std::optional<int> compare_times(std::string_view a, std::string_view b) {
  if (const auto x = DateTime::parse(a), y = DateTime::parse(b); x && y) {
    const auto order = DateTime::compare(*x, *y);
    return order ? std::optional{sign(*order)} : std::nullopt;
  }
  if (const auto x = TimeOfDay::parse(a), y = TimeOfDay::parse(b); x && y) {
    const auto order = TimeOfDay::compare(*x, *y);
    return order ? std::optional{sign(*order)} : std::nullopt;
  }
  return std::nullopt;
}

bool is_same_text(const json::Value& a, const json::Value& b, std::string_view name) {
  return a.string_at(name) == b.string_at(name);
}

}  // namespace

ChosenValue chosen_value(const json::Value& object, std::string_view prefix) {
  for (const json::Member& member : object.members()) {
    const std::string_view name = member.name();
    if (!name.starts_with(prefix) || name.size() == prefix.size()) continue;
    const char first = name[prefix.size()];
    if (first >= 'A' && first <= 'Z') return {&member.value, name.substr(prefix.size())};
  }
  return {};
}

std::string_view type_code(std::string_view member_type) {
  for (const TypeName& type : k_primitive_types) {
    if (type.member == member_type) return type.code;
  }
  return member_type;
}

bool is_equal(const ChosenValue& a, const ChosenValue& b) {
  if (a.value == nullptr || b.value == nullptr || a.type != b.type) return false;
  if (a.value->is_object()) {
    if (a.type == "Coding")
      return is_same_text(*a.value, *b.value, "system") && is_same_text(*a.value, *b.value, "code");
    if (a.type == "Reference") return is_same_text(*a.value, *b.value, "reference");
    return compare(a, b) == 0;
  }
  if (a.value->is_number() && b.value->is_number()) return compare_numbers(*a.value, *b.value) == 0;
  return a.value->kind() == b.value->kind() && a.value->text() == b.value->text();
}

std::optional<int> compare(const ChosenValue& a, const ChosenValue& b) {
  if (a.value == nullptr || b.value == nullptr) return std::nullopt;
  if (a.value->is_number() && b.value->is_number()) return compare_numbers(*a.value, *b.value);
  if (a.value->is_string() && b.value->is_string())
    return compare_times(a.value->string(), b.value->string());
  if (a.type != "Quantity" || b.type != "Quantity") return std::nullopt;
  const json::Value* x = a.value->find("value");
  const json::Value* y = b.value->find("value");
  const bool is_same_unit =
      is_same_text(*a.value, *b.value, "system") && is_same_text(*a.value, *b.value, "code");
  if (x == nullptr || y == nullptr || !is_same_unit) return std::nullopt;
  return compare_numbers(*x, *y);
}

}  // namespace fhir::validation
