// Invariants: first by what can be seen at a glance, then by FHIRPath.
// https://hl7.org/fhir/R4/conformance-rules.html#constraints
#include <string>

#include "fhir/validation/resolver.h"
#include "fhir/validation/walk.h"

namespace fhir::validation {
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
    report(constraint->severity, IssueType::invariant, *node.path, node.element.offset(),
           {constraint->human, " (", constraint->key, ")"}, constraint->key);
  }
}

}  // namespace fhir::validation
