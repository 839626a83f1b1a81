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

/// Of the same unit, or both of UCUM and of one dimension: 1 kg is more than 999 g.
std::optional<int> compare_quantities(const json::Value& a, const json::Value& b,
                                      const UnitSystem* units) {
  const json::Value* x = a.find("value");
  const json::Value* y = b.find("value");
  if (x == nullptr || y == nullptr || !is_same_text(a, b, "system")) return std::nullopt;
  if (is_same_text(a, b, "code")) return compare_numbers(*x, *y);
  if (units == nullptr || a.string_at("system") != k_ucum_system) return std::nullopt;
  const auto first = Decimal::parse(x->text());
  const auto second = Decimal::parse(y->text());
  if (!first || !second) return std::nullopt;
  const auto in_base = units->canonical(*first, a.string_at("code"));
  const auto other = units->canonical(*second, b.string_at("code"));
  if (!in_base || !other || in_base->unit != other->unit) return std::nullopt;
  return sign(in_base->value <=> other->value);
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

bool is_equal(const ChosenValue& a, const ChosenValue& b, const UnitSystem* units) {
  if (a.value == nullptr || b.value == nullptr || a.type != b.type) return false;
  if (a.value->is_object()) {
    if (a.type == "Coding")
      return is_same_text(*a.value, *b.value, "system") && is_same_text(*a.value, *b.value, "code");
    if (a.type == "Reference") return is_same_text(*a.value, *b.value, "reference");
    return compare(a, b, units) == 0;
  }
  if (a.value->is_number() && b.value->is_number()) return compare_numbers(*a.value, *b.value) == 0;
  return a.value->kind() == b.value->kind() && a.value->text() == b.value->text();
}

std::optional<int> compare(const ChosenValue& a, const ChosenValue& b, const UnitSystem* units) {
  if (a.value == nullptr || b.value == nullptr) return std::nullopt;
  if (a.value->is_number() && b.value->is_number()) return compare_numbers(*a.value, *b.value);
  if (a.value->is_string() && b.value->is_string())
    return compare_times(a.value->string(), b.value->string());
  if (a.type != "Quantity" || b.type != "Quantity") return std::nullopt;
  return compare_quantities(*a.value, *b.value, units);
}

}  // namespace fhir::validation
