// Values: limits, and the value sets that a profile binds.
// https://hl7.org/fhir/R4/elementdefinition.html
#include <algorithm>
#include <optional>
#include <string>

#include "fhir/base/decimal.h"
#include "fhir/fhirpath/operators.h"
#include "fhir/model/unit_system.h"
#include "fhir/validation/narrative.h"
#include "fhir/validation/profile_walk.h"
#include "fhir/validation/value_match.h"

namespace fhir::validation {
namespace {

std::optional<fhirpath::Operand> quantity_of(const json::Value& value) {
  const json::Value* number = value.find("value");
  if (number == nullptr || !number->is_number()) return std::nullopt;
  const auto decimal = Decimal::parse(number->text());
  if (!decimal) return std::nullopt;
  fhirpath::Operand out;
  out.kind = fhirpath::ItemKind::quantity;
  out.decimal = *decimal;
  out.text = value.string_at("code");
  return out;
}

/// Order of two quantities; nothing where their units are not known to be of one kind.
std::optional<std::strong_ordering> compare(const UnitSystem* units, const json::Value& a,
                                            const json::Value& b) {
  if (a.string_at("system") != b.string_at("system")) return std::nullopt;
  auto x = quantity_of(a);
  auto y = quantity_of(b);
  if (!x || !y) return std::nullopt;
  if (x->text != y->text && !fhirpath::same_unit(units, *x, *y)) return std::nullopt;
  return x->decimal <=> y->decimal;
}

bool has_extension(const Element& element, std::string_view url) {
  const json::Value* object = element.sibling != nullptr ? element.sibling : element.value;
  const json::Value* list = object != nullptr ? object->find("extension") : nullptr;
  if (list == nullptr) return false;
  return std::any_of(list->items().begin(), list->items().end(), [&](const json::Value& extension) {
    return extension.string_at("url") == url;
  });
}

}  // namespace

void ProfileWalk::check_quantity(const Node& node, const ProfileNode& wanted) {
  const json::Value& value = *node.element.value;
  const TerminologyProvider* terminology = walk_.parts_.terminology;
  const bool is_ucum = terminology != nullptr && value.string_at("system") == k_ucum_system;
  const UnitSystem* units = is_ucum ? terminology->units() : nullptr;
  if (wanted.min_value != nullptr && wanted.min_value->is_object()) {
    const auto order = compare(units, value, *wanted.min_value);
    if (order && *order < 0)
      report(node, IssueType::value, {wanted.path, " is below the smallest value allowed"});
  }
  if (wanted.max_value != nullptr && wanted.max_value->is_object()) {
    const auto order = compare(units, value, *wanted.max_value);
    if (order && *order > 0)
      report(node, IssueType::value, {wanted.path, " is above the largest value allowed"});
  }
}

/// Whether it has its value, or an extension that may stand for it.
void ProfileWalk::check_presence(const Node& node, const ProfileNode& wanted) {
  const auto& urls = wanted.value_alternatives;
  const bool is_there =
      node.element.has_value() || std::any_of(urls.begin(), urls.end(), [&](std::string_view url) {
        return has_extension(node.element, url);
      });
  if (!is_there)
    report(node, IssueType::required,
           {wanted.path, " must have a value, or an extension that may stand for it"});
}

/// Sections of the narrative, each in a language, by the extension narrative-language-control:
/// _no forbids them, _yes wants one, _resource one in the resource's language, else the one named.
/// What tells where its parts come from, by narrative-source-control: the level of the issue.
void ProfileWalk::check_narrative_parts(const Node& node, const ProfileNode& wanted) {
  if (node.element.value == nullptr) return;
  NarrativeLinks narrative;
  check_narrative(node.element.value->string_at("div"), &narrative);
  if (wanted.narrative_source && narrative.has_part_without_source)
    walk_.report(*wanted.narrative_source, IssueType::value, *node.path, node.element.offset(),
                 {wanted.path,
                  " has a part whose class does not tell where it comes from: "
                  "boilerplate, generated, original, extensions or additional"});
  const auto& found = narrative.languages;
  const auto has = [&](std::string_view language) {
    return std::find(found.begin(), found.end(), language) != found.end();
  };
  for (const std::string_view rule : wanted.narrative_languages) {
    const bool is_own = rule == "_resource";
    const std::string_view language =
        is_own ? node.scope->resource.value->string_at("language") : rule;
    if (rule == "_no" ? found.empty() : rule == "_yes" ? !found.empty() : has(language)) continue;
    report(node, IssueType::value,
           {wanted.path, rule == "_no"    ? " must not have sections by language"
                         : rule == "_yes" ? " must have sections by language"
                         : is_own         ? " must have a section in the resource's language"
                                          : " must have a section in each language asked for"});
  }
}

void ProfileWalk::check_values(const Node& node, const ProfileNode& wanted,
                               const Profile& profile) {
  if (wanted.fixed != nullptr || wanted.pattern != nullptr) check_pattern(node, wanted, profile);
  if (wanted.needs_value) check_presence(node, wanted);
  if (wanted.min_length != 0 && node.element.has_value() &&
      characters_in(node.element.text()) < wanted.min_length)
    report(node, IssueType::value,
           {wanted.path, " has fewer than ", std::to_string(wanted.min_length), " characters"});
  if (wanted.max_length == 0 && wanted.min_value == nullptr && wanted.max_value == nullptr) return;
  ElementSchema limits;
  limits.path = wanted.path;
  limits.max_length = wanted.max_length;
  limits.min_value = wanted.min_value;
  limits.max_value = wanted.max_value;
  walk_.check_limits(node, limits);
  if (node.element.value != nullptr && node.element.value->is_object())
    check_quantity(node, wanted);
}

void ProfileWalk::check_bindings(const Node& node, const ProfileNode& wanted,
                                 const Profile& profile) {
  const TerminologyProvider* terminology = walk_.parts_.terminology;
  if (terminology == nullptr) return;
  if (!wanted.binding.value_set.empty())
    walk_.check_membership(node, wanted.binding, profile.value_set(wanted.binding, *terminology));
  if (const Binding* maximum = wanted.binding.maximum)
    walk_.check_maximum(node, wanted.binding, profile.value_set(*maximum, *terminology));
  for (const Binding& further : wanted.further_bindings)
    walk_.check_membership(node, further, profile.value_set(further, *terminology));
}

}  // namespace fhir::validation
