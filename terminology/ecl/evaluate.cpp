// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
// (5.4 Order of operation)
#include "terminology/ecl/evaluate.h"

#include <utility>

#include "terminology/ecl/evaluator.h"
#include "terminology/ecl/metadata.h"

namespace terminology::ecl {
namespace {

constexpr std::size_t k_steps_between_looks = 1'000'000;

}  // namespace

fhir::Result<ConceptSet> evaluate(const Expression& expression, const Substrate& substrate,
                                  const EvaluateOptions& options) {
  return Evaluator(substrate, options).evaluate(expression);
}

fhir::Result<void> Evaluator::spend(std::size_t steps) {
  steps_ += steps;
  if (steps_ > options_.steps_max)
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::too_costly,
                                             "The expression constraint takes too many steps"));
  if (steps_ < next_look_) return {};
  next_look_ = steps_ + k_steps_between_looks;
  if (options_.is_late && options_.is_late())
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::timeout, "The expression constraint takes too long"));
  return {};
}

fhir::Result<ConceptSet> Evaluator::evaluate(const Expression& expression) {
  using Kind = Expression::Kind;
  FHIR_TRY(first, evaluate(expression.operands.front()));
  ConceptSet result = std::move(first);
  if (expression.kind == Kind::refined) return refine(result, *expression.refinement);
  for (std::size_t i = 1; i < expression.operands.size(); ++i) {
    if (expression.kind == Kind::dotted) {
      FHIR_TRY(values, evaluate_dotted(result, expression.operands[i]));
      result = std::move(values);
      continue;
    }
    FHIR_TRY(operand, evaluate(expression.operands[i]));
    if (expression.kind == Kind::conjunction) result &= operand;
    if (expression.kind == Kind::disjunction) result |= operand;
    if (expression.kind == Kind::exclusion) result -= operand;
  }
  return result;
}

/// From the inside out: focus, memberOf with its filters, operator, filters, supplement.
fhir::Result<ConceptSet> Evaluator::evaluate(const SubExpression& sub) {
  FHIR_CHECK(spend(substrate_.size() / 64 + 1));
  FHIR_TRY(focus, evaluate_focus(sub));
  ConceptSet result = std::move(focus);
  if (sub.is_member_of) {
    FHIR_TRY(referenced, members(sub, result));
    result = std::move(referenced);
  }
  FHIR_TRY(reached, apply(sub.op, std::move(result)));
  result = std::move(reached);
  for (const Filter& filter : sub.filters) {
    if (filter.kind == Filter::Kind::member) continue;  // members() has seen to it
    FHIR_TRY(filtered, filter.kind == Filter::Kind::of_concept
                           ? filter_concepts(result, filter)
                           : filter_descriptions(result, filter));
    result = std::move(filtered);
  }
  if (!sub.history) return result;
  return with_history(std::move(result), *sub.history);
}

fhir::Result<Concepts> Evaluator::evaluate_concepts(const SubExpression& sub) {
  Concepts concepts;
  concepts.is_any = sub.focus == SubExpression::Focus::any && !sub.is_member_of &&
                    sub.op == Operator::none && sub.filters.empty();
  if (concepts.is_any) return concepts;
  FHIR_TRY(set, evaluate(sub));
  concepts.set = std::move(set);
  return concepts;
}

fhir::Result<ConceptSet> Evaluator::evaluate_focus(const SubExpression& sub) {
  ConceptSet set(substrate_.size());
  switch (sub.focus) {
    case SubExpression::Focus::id:
      set.add(substrate_.find(sub.id));
      break;
    case SubExpression::Focus::any:
      return ConceptSet::all(substrate_.size());
    case SubExpression::Focus::alternate:
      set.add(substrate_.find_alternate(sub.scheme, sub.code));
      break;
    case SubExpression::Focus::nested:
      return evaluate(*sub.nested);
  }
  return set;
}

/// The values that the concepts of the focus have of an attribute.
fhir::Result<ConceptSet> Evaluator::evaluate_dotted(const ConceptSet& focus,
                                                    const SubExpression& name) {
  FHIR_TRY(names, evaluate_concepts(name));
  const bool names_is_a = !names.is_any && names.contains(substrate_.find(k_is_a));
  ConceptSet values(substrate_.size());
  std::size_t seen = 0;
  focus.for_each([&](ConceptId id) {
    const auto relationships = substrate_.relationships(id);
    seen += relationships.size() + 1;
    for (const Relationship& relationship : relationships) {
      if (relationship.kind == Relationship::ValueKind::concept_id &&
          names.contains(relationship.type))
        values.add(relationship.value);
    }
    if (!names_is_a) return;
    for (const ConceptId parent : substrate_.parents(id)) values.add(parent);
  });
  FHIR_CHECK(spend(seen));
  return values;
}

}  // namespace terminology::ecl
