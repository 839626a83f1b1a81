// Boolean logic of three values. https://hl7.org/fhirpath/N1/#boolean-logic
#include "fhir/fhirpath/operators.h"

namespace fhir::fhirpath::operators {

Truth truth_and(Evaluation& evaluation, const Node& node, const Scope& scope) {
  bool is_known = true;
  for (const Node* part : node.arguments) {
    const Truth truth = evaluation.truth(*part, scope);
    if (truth == Truth::no || truth == Truth::failed) return truth;
    if (truth == Truth::empty) is_known = false;
  }
  return is_known ? Truth::yes : Truth::empty;
}

Truth truth_or(Evaluation& evaluation, const Node& node, const Scope& scope) {
  bool is_known = true;
  for (const Node* part : node.arguments) {
    const Truth truth = evaluation.truth(*part, scope);
    if (truth == Truth::yes || truth == Truth::failed) return truth;
    if (truth == Truth::empty) is_known = false;
  }
  return is_known ? Truth::no : Truth::empty;
}

Truth truth_xor(Evaluation& evaluation, const Node& node, const Scope& scope) {
  const Truth left = evaluation.truth(*node.arguments[0], scope);
  if (left == Truth::empty || left == Truth::failed) return left;
  const Truth right = evaluation.truth(*node.arguments[1], scope);
  if (right == Truth::empty || right == Truth::failed) return right;
  return truth_of(left != right);
}

Truth truth_implies(Evaluation& evaluation, const Node& node, const Scope& scope) {
  const Truth left = evaluation.truth(*node.arguments[0], scope);
  if (left == Truth::failed) return left;
  if (left == Truth::no) return Truth::yes;
  const Truth right = evaluation.truth(*node.arguments[1], scope);
  if (left == Truth::yes || right == Truth::failed || right == Truth::yes) return right;
  return Truth::empty;
}

}  // namespace fhir::fhirpath::operators
