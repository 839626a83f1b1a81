// Codes: bindings, and code systems. https://hl7.org/fhir/R4/terminologies.html
#include <optional>
#include <string>

#include "fhir/validation/membership.h"
#include "fhir/validation/primitives.h"
#include "fhir/validation/walk.h"

namespace fhir::validation {
namespace {

Coding coding_of(const json::Value& value) {
  return {value.string_at("system"), value.string_at("version"), value.string_at("code"),
          value.string_at("display")};
}

bool is_quantity(const TypeSchema& type) {
  for (const TypeSchema* at = &type; at != nullptr; at = at->base) {
    if (at->name == "Quantity") return true;
  }
  return false;
}

}  // namespace

std::optional<Membership> membership_of(const Element& element, const CodeSet& set) {
  if (element.is_primitive()) {
    if (!element.has_value()) return std::nullopt;
    return element.value->is_string() ? set.contains_code(element.text()) : Membership::unknown;
  }
  if (element.value == nullptr || !element.value->is_object() || element.type == nullptr)
    return std::nullopt;
  const json::Value& value = *element.value;
  if (element.type->name == "CodeableConcept") {
    const json::Value* codings = value.find("coding");
    if (codings == nullptr || codings->items().empty()) return std::nullopt;
    Membership best = Membership::no;
    for (const json::Value& coding : codings->items()) {
      const Membership found = set.contains(coding_of(coding));
      if (found == Membership::yes) return found;
      if (found == Membership::unknown) best = found;
    }
    return best;
  }
  if (element.type->name == "Coding" || is_quantity(*element.type)) {
    if (value.string_at("code").empty()) return std::nullopt;
    return set.contains(coding_of(value));
  }
  return Membership::unknown;
}

void Walk::check_binding(const Node& node, const Binding& binding) {
  if (parts_.terminology == nullptr) return;
  check_membership(node, binding, parts_.bound_sets.of(binding));
}

void Walk::check_membership(const Node& node, const Binding& binding, const CodeSet* set) {
  const bool is_required = binding.strength == BindingStrength::required;
  const auto note_unknown = [&] {
    if (is_required && is_first(binding.value_set))
      report(Severity::information, IssueType::not_supported, *node.path, node.element.offset(),
             {"The value set ", binding.value_set,
              " is not held whole, so codes bound to it were not all checked"});
  };
  if (set == nullptr) return note_unknown();
  const std::optional<Membership> membership = membership_of(node.element, *set);
  if (membership == Membership::yes) return;
  if (membership == Membership::unknown) return note_unknown();
  const bool is_quantity_without_code =
      !membership && node.element.type != nullptr && is_quantity(*node.element.type);
  if (is_quantity_without_code) return;  // a Quantity need not have a coded unit
  if (!membership && !is_required) return;
  report(is_required ? Severity::error : Severity::warning, IssueType::code_invalid, *node.path,
         node.element.offset(),
         {name_of(node),
          membership ? " has no code from the value set "
                     : " has no code, and one is required from the value set ",
          binding.value_set});
}

void Walk::check_coding(const Node& node) {
  const json::Value& value = *node.element.value;
  const json::Value* system = value.find("system");
  if (system == nullptr || !system->is_string()) return;
  const std::string_view uri = system->string();
  if (!is_absolute_uri(uri)) {
    const Path path{node.path, "system", -1};
    report(Severity::error, IssueType::code_invalid, path, system->offset(),
           {"Coding.system must be an absolute URI"});
    return;
  }
  if (uri.find("/ValueSet/") != std::string_view::npos &&
      parts_.definitions.record("ValueSet", uri) != nullptr) {
    const Path path{node.path, "system", -1};
    report(Severity::error, IssueType::code_invalid, path, system->offset(),
           {"Coding.system must name a code system, not a value set"});
    return;
  }
  check_code(node);
}

/// Of a Coding, or of a Quantity's unit: the system, where it is held, has the code.
void Walk::check_code(const Node& node) {
  const json::Value& value = *node.element.value;
  const std::string_view uri = value.string_at("system");
  if (uri.empty()) return;
  const json::Value* code = value.find("code");
  if (code == nullptr || !code->is_string() || parts_.terminology == nullptr) return;
  if (parts_.terminology->in_code_system(uri, code->string()) != Membership::no) return;
  // HL7's terminology is released apart from FHIR: a newer release may define what ours does not.
  const bool may_be_newer = uri.starts_with("http://terminology.hl7.org/");
  const bool is_warning =
      may_be_newer || (uri == "http://unitsofmeasure.org" && !options_.unit_codes_refused);
  const Path path{node.path, "code", -1};
  report(is_warning ? Severity::warning : Severity::error, IssueType::code_invalid, path,
         code->offset(),
         {"The code is not defined by the code system ", uri,
          may_be_newer ? " as it is held here" : ""});
}

/// Of an Identifier, or of the codes that a value set includes.
void Walk::check_system(const Node& node) {
  const json::Value* system = node.element.value->find("system");
  if (system != nullptr && system->is_string() && !is_absolute_uri(system->string()))
    report(node, IssueType::code_invalid, {name_of(node), ".system must be an absolute URI"});
}

}  // namespace fhir::validation
