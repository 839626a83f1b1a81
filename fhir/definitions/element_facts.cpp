#include "fhir/definitions/element_facts.h"

#include <charconv>

#include "fhir/definitions/snapshot_tree.h"

namespace fhir::definitions {

std::uint32_t limit_of(const json::Value& element, std::string_view name, std::uint32_t otherwise) {
  const json::Value* value = element.find(name);
  if (value == nullptr) return otherwise;
  const std::string_view text = value->text();
  if (text == "*") return k_unbounded;
  std::uint32_t number = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

BindingStrength strength_of(std::string_view code) {
  return code == "required"     ? BindingStrength::required
         : code == "extensible" ? BindingStrength::extensible
         : code == "preferred"  ? BindingStrength::preferred
                                : BindingStrength::example;
}

Severity severity_of(const json::Value& constraint) {
  return constraint.string_at("severity") == "warning" ? Severity::warning : Severity::error;
}

bool is_best_practice(const json::Value& constraint) {
  const json::Value* value = extension_value(
      constraint, "http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice");
  return value != nullptr && value->kind() == json::Kind::true_;
}

std::string_view expression_of(const json::Value& constraint) {
  const std::string_view expression = constraint.string_at("expression");
  // A Period is no dateTime, so `as` gives nothing, which is not true: R5 says `implies`.
  if (expression == "($this as dateTime).toString().length() >= 8")
    return "$this is dateTime implies $this.toString().length() >= 8";
  return expression;
}

bool type_has(const TypeSchema* type, std::string_view key) {
  for (; type != nullptr; type = type->base) {
    for (const Constraint* constraint : type->constraints) {
      if (constraint->key == key) return true;
    }
  }
  return false;
}

}  // namespace fhir::definitions
