// Codes: bindings, and code systems. https://hl7.org/fhir/R4/terminologies.html
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

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

/// Whether the two differ in the case of ASCII letters, in white space and in hyphens alone.
bool is_spelling_of(std::string_view a, std::string_view b) {
  const auto take = [](std::string_view& text) {
    const std::size_t at = text.find_first_not_of(" \t\n\r-");
    if (at == std::string_view::npos) {
      text = {};
      return '\0';
    }
    const char c = text[at];
    text.remove_prefix(at + 1);
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  };
  while (!a.empty() || !b.empty()) {
    if (take(a) != take(b)) return false;
  }
  return true;
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
  const bool is_silent =
      binding.strength != BindingStrength::required && !is_told(Severity::warning);
  if (!is_silent && !binding.value_set.empty() && binding.strength <= BindingStrength::extensible)
    check_membership(node, binding, parts_.bound_sets.of(binding));
  if (binding.maximum != nullptr)
    check_maximum(node, binding, parts_.bound_sets.of(*binding.maximum));
}

/// set   of binding.maximum
void Walk::check_maximum(const Node& node, const Binding& binding, const CodeSet* set) {
  // What is merely preferred asks for no code, where there is only a text.
  const bool needs_code = binding.strength <= BindingStrength::extensible;
  if (!needs_code && set != nullptr && !membership_of(node.element, *set)) return;
  check_membership(node, *binding.maximum, set);
}

void Walk::check_membership(const Node& node, const Binding& binding, const CodeSet* set) {
  const bool is_required = binding.strength == BindingStrength::required;
  const auto note_unknown = [&] {
    if (is_required && is_first(binding.value_set))
      report(Severity::information, IssueType::not_supported, *node.path, node.element.offset(),
             {"The value set ", binding.value_set,
              " is not held whole, so codes bound to it were not all checked"});
  };
  if (!wrong_displays_.empty() && node.element.value != nullptr)
    accept_displays(*node.element.value, set);
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
  if (parts_.terminology == nullptr) return;
  const Coding coding = coding_of(value);
  const CodingVerdict verdict = parts_.terminology->judge(coding);
  if (verdict.is_supplement)
    report(Severity::error, IssueType::code_invalid, Path{node.path, "system", -1},
           system->offset(),
           {"Coding.system must not name a supplement to a code system: it defines no codes"});
  if (verdict.membership == Membership::no && !coding.code.empty()) report_unknown_code(node, uri);
  if (!verdict.right_display.empty()) note_display(node, coding, verdict.right_display);
}

/// Of a Quantity's unit: the system, where it is held, has the code.
void Walk::check_unit(const Node& node) {
  const json::Value& value = *node.element.value;
  const std::string_view uri = value.string_at("system");
  const std::string_view code = value.string_at("code");
  if (uri.empty() || code.empty() || parts_.terminology == nullptr) return;
  if (parts_.terminology->in_code_system(uri, code) == Membership::no)
    report_unknown_code(node, uri);
}

void Walk::report_unknown_code(const Node& node, std::string_view uri) {
  // HL7's terminology is released apart from FHIR: a newer release may define what ours does not.
  const bool may_be_newer = uri.starts_with("http://terminology.hl7.org/");
  const bool is_warning =
      may_be_newer || (uri == "http://unitsofmeasure.org" && !options_.unit_codes_refused);
  report(is_warning ? Severity::warning : Severity::error, IssueType::code_invalid,
         Path{node.path, "code", -1}, node.element.value->find("code")->offset(),
         {"The code is not defined by the code system ", uri,
          may_be_newer ? " as it is held here" : ""});
}

/// A display is in some language: one that the code system does not serve cannot be judged.
/// https://hl7.org/fhir/R4/datatypes-definitions.html#Coding.display
void Walk::note_display(const Node& node, const Coding& coding, std::string_view right) {
  if (hush_ != nullptr || wrong_displays_.size() >= options_.issues_max) return;
  if (!options_.displays_refused && !is_told(Severity::warning)) return;
  std::string_view language;
  for (const Scope* scope = node.scope; scope != nullptr && language.empty(); scope = scope->parent)
    language = scope->resource.value->string_at("language");
  if (!language.empty() &&
      !parts_.terminology->has_display_in(coding.system, coding.code, language))
    return;
  const Path path{node.path, "display", -1};
  wrong_displays_.try_emplace(node.element.value, WrongDisplay{to_string(path), right});
}

/// A value set may have displays of its own, and one that is not held might.
/// https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.compose.include.concept.display
void Walk::accept_displays(const json::Value& value, const CodeSet* set) {
  const auto accept = [&](const json::Value& coding) {
    const auto found = wrong_displays_.find(&coding);
    if (found != wrong_displays_.end() && (set == nullptr || set->has_display(coding_of(coding))))
      wrong_displays_.erase(found);
  };
  accept(value);
  for (const json::Value& coding : items_of(value, "coding")) accept(coding);
}

void Walk::report_displays() {
  std::vector<const json::Value*> codings;
  for (const auto& [coding, wrong] : wrong_displays_) codings.push_back(coding);
  std::sort(codings.begin(), codings.end(),
            [](const json::Value* a, const json::Value* b) { return a->offset() < b->offset(); });
  for (const json::Value* coding : codings) {
    const WrongDisplay& wrong = wrong_displays_.at(coding);
    Path path;
    path.name = wrong.expression;
    const bool is_error =
        options_.displays_refused && !is_spelling_of(coding->string_at("display"), wrong.right);
    report(is_error ? Severity::error : Severity::warning, IssueType::invalid, path,
           coding->find("display")->offset(),
           {"The display is none that the code system ", coding->string_at("system"),
            " gives to the code; it is ", wrong.right});
  }
}

/// Of an Identifier, or of the codes that a value set includes.
void Walk::check_system(const Node& node) {
  const json::Value& value = *node.element.value;
  const std::string_view system = value.string_at("system");
  if (system.empty()) return;
  if (!is_absolute_uri(system))
    report(node, IssueType::code_invalid, {name_of(node), ".system must be an absolute URI"});
  // "If the identifier value itself is naturally a globally unique URI": it then is a whole one.
  // https://hl7.org/fhir/R4/datatypes-definitions.html#Identifier.system
  if (system != "urn:ietf:rfc:3986") return;
  const std::string_view text = value.string_at("value");
  if (!text.empty() && !is_absolute_uri(text))
    report(node, IssueType::code_invalid,
           {name_of(node), ".system says that the value is a URI; it must be an absolute one"});
}

}  // namespace fhir::validation
