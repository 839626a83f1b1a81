// Invariants: first by what can be seen at a glance, then by FHIRPath.
// https://hl7.org/fhir/R4/conformance-rules.html#constraints
#include <string>

#include "fhir/validation/resolver.h"
#include "fhir/validation/walk.h"

namespace fhir::validation {
namespace {

/// Whether a string of that text stands anywhere below.
bool has_string(const json::Value& value, std::string_view text) {
  if (value.is_string()) return value.string() == text;
  for (const json::Value& item : value.items()) {
    if (has_string(item, text)) return true;
  }
  for (const json::Member& member : value.members()) {
    if (has_string(member.value, text)) return true;
  }
  return false;
}

}  // namespace

/// Says which contained resources break dom-3, where the rule itself only says that one does.
bool Walk::report_unreferenced(const Node& node, const Constraint& constraint) {
  const json::Value* contained = node.element.value->find("contained");
  if (contained == nullptr) return false;
  bool found = false;
  std::string fragment;
  for (std::size_t i = 0; i < contained->items().size(); ++i) {
    const json::Value& resource = contained->items()[i];
    fragment.assign("#").append(resource.string_at("id"));
    if (has_string(*node.element.value, fragment) || has_string(resource, "#")) continue;
    const Path path{node.path, "contained", static_cast<std::int64_t>(i)};
    report(constraint.severity, IssueType::invariant, path, resource.offset(),
           {"The contained resource is not referred to, and does not refer to its container (dom-3)"}, constraint.key);
    found = true;
  }
  return found;
}

void Walk::check_invariants(const Node& node, const std::vector<const Constraint*>& constraints) {
  for (const Constraint* constraint : constraints) {
    if (constraint->best_practice && !options_.best_practice) continue;
    const Truth truth = parts_.invariants.judge_quickly(*constraint, node.element);
    if (truth == Truth::yes) continue;
    Verdict verdict = Verdict::broken;
    if (truth == Truth::open) {
      DocumentResolver resolver(*this, *node.scope);
      fhirpath::Environment environment;
      environment.definitions = &parts_.definitions;
      environment.resource = node.scope->resource;
      environment.root_resource = node.scope->root->resource;
      environment.resolver = &resolver;
      environment.terminology = parts_.terminology;
      verdict = parts_.invariants.judge_by_engine(*constraint, node.element, environment);
    }
    if (verdict == Verdict::holds) continue;
    if (verdict == Verdict::undecided) {
      report(Severity::warning, IssueType::processing, *node.path, node.element.offset(),
             {"The rule ", constraint->key, " could not be evaluated here"}, constraint->key);
      continue;
    }
    if (constraint->key == "dom-3" && report_unreferenced(node, *constraint)) continue;
    report(constraint->severity, IssueType::invariant, *node.path, node.element.offset(),
           {constraint->human, " (", constraint->key, ")"}, constraint->key);
  }
}

}  // namespace fhir::validation
