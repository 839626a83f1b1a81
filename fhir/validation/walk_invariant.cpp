// Invariants: first by what can be seen at a glance, then by FHIRPath.
// https://hl7.org/fhir/R4/conformance-rules.html#constraints
#include <string>

#include "fhir/validation/surroundings.h"
#include "fhir/validation/walk.h"

namespace fhir::validation {

Surroundings::Surroundings(Walk& walk, const Scope& scope)
    : resolver(walk, scope), judge(walk, scope) {
  environment.definitions = &walk.parts_.definitions;
  environment.resource = scope.resource;
  environment.root_resource = scope.root->resource;
  environment.resolver = &resolver;
  environment.profiles = &judge;
  environment.terminology = walk.parts_.terminology;
  if (environment.terminology != nullptr) environment.units = environment.terminology->units();
}

void Walk::check_invariants(const Node& node, const std::vector<const Constraint*>& constraints) {
  for (const Constraint* constraint : constraints)
    check_rule(node, *constraint, parts_.invariants.rule(*constraint));
}

void Walk::check_rule(const Node& node, const Constraint& constraint, const Rule& rule) {
  if (constraint.best_practice && !options_.best_practice) return;
  if (!is_told(constraint.severity)) return;
  const Truth truth = rule.judge_quickly(node.element);
  if (truth == Truth::yes) return;
  Verdict verdict = Verdict::broken;
  if (truth == Truth::open) {
    const Surroundings surroundings(*this, *node.scope);
    verdict = rule.judge_by_engine(node.element, surroundings.environment);
  }
  if (verdict == Verdict::holds) return;
  if (verdict == Verdict::undecided) {
    report(Severity::warning, IssueType::processing, *node.path, node.element.offset(),
           {"The rule ", constraint.key, " could not be evaluated here"}, constraint.key);
    return;
  }
  report(constraint.severity, IssueType::invariant, *node.path, node.element.offset(),
         {constraint.human, " (", constraint.key, ")"}, constraint.key);
}

}  // namespace fhir::validation
