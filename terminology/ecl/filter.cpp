// Makes the conditions of filters ready, and filters concepts by what is said of themselves.
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
// (6.9 Concept filters)
#include <algorithm>
#include <utility>

#include "terminology/ecl/evaluator.h"
#include "terminology/ecl/metadata.h"

namespace terminology::ecl {

/// Against each of several times: `=` one of them, `!=` none of them, `<` and its kin any of them.
/// "Comparison operators `<` and `>` will not match any … with an effectiveTime = """.
bool PreparedCriterion::accepts_time(EffectiveTime time) const {
  const Comparison comparison = source->comparison;
  const bool is_equality = comparison == Comparison::equal || comparison == Comparison::not_equal;
  if (!is_equality && time == 0) return false;
  const auto holds = [&](EffectiveTime other) { return satisfies(comparison, time <=> other); };
  return comparison == Comparison::not_equal ? std::all_of(times.begin(), times.end(), holds)
                                             : std::any_of(times.begin(), times.end(), holds);
}

fhir::Result<std::vector<PreparedCriterion>> Evaluator::prepare(const Filter& filter) {
  std::vector<PreparedCriterion> criteria;
  for (const Criterion& criterion : filter.criteria) {
    FHIR_TRY(prepared, prepare(criterion));
    criteria.push_back(std::move(prepared));
  }
  return criteria;
}

fhir::Result<PreparedCriterion> Evaluator::prepare(const Criterion& criterion) {
  PreparedCriterion prepared;
  prepared.source = &criterion;
  if (criterion.kind == Criterion::Kind::dialect) {
    FHIR_CHECK(prepare_dialects(criterion, prepared));
    return prepared;
  }
  if (criterion.expression) {
    FHIR_TRY(concepts, evaluate_concepts(*criterion.expression));
    prepared.concepts = std::move(concepts);
  } else {
    prepared.concepts.set = ConceptSet(substrate_.size());
    for (const SctId id : criterion.ids) prepared.concepts.set.add(substrate_.find(id));
  }
  prepared.times = criterion.times;
  for (const SearchTerm& term : criterion.terms) {
    if (term.text.empty())
      prepared.terms.exact.emplace_back();
    else
      prepared.terms.matchers.emplace_back(term);
    if (const auto time = parse_time(term.text)) prepared.times.push_back(*time);
  }
  if (prepared.times.size() < criterion.terms.size()) prepared.times.clear();
  prepared.number = fhir::Decimal::parse(criterion.number).value_or(fhir::Decimal());
  return prepared;
}

fhir::Result<void> Evaluator::prepare_dialects(const Criterion& criterion,
                                               PreparedCriterion& prepared) {
  for (const Dialect& dialect : criterion.dialects) {
    PreparedCriterion::Dialect ready;
    for (const SctId id : dialect.acceptabilities)
      ready.acceptabilities.push_back(substrate_.find(id));
    if (criterion.expression) {
      FHIR_TRY(sets, evaluate(*criterion.expression));
      if (sets.count() > k_dialects_max)
        return fhir::unexpected(fhir::make_issue(
            fhir::IssueType::too_costly, "Expression constraint: dialectId names more than " +
                                             std::to_string(k_dialects_max) + " concepts"));
      sets.for_each([&](ConceptId set) {
        ready.language_set = set;
        prepared.dialects.push_back(ready);
      });
      continue;
    }
    if (dialect.id != 0) {
      ready.language_set = substrate_.find(dialect.id);
    } else {
      ready.language_set = substrate_.find_dialect(dialect.alias);
      const SctId known = find_dialect(dialect.alias);
      if (ready.language_set == k_no_concept && known == 0)
        return fhir::unexpected(fhir::make_issue(
            fhir::Situation::unprocessable, fhir::IssueType::not_found,
            "Expression constraint: '" + dialect.alias + "' is not known as a dialect"));
      if (ready.language_set == k_no_concept) ready.language_set = substrate_.find(known);
    }
    prepared.dialects.push_back(std::move(ready));
  }
  return {};
}

fhir::Result<ConceptSet> Evaluator::filter_concepts(const ConceptSet& focus, const Filter& filter) {
  FHIR_TRY(criteria, prepare(filter));
  FHIR_CHECK(spend(focus.count() * criteria.size()));
  ConceptSet found(substrate_.size());
  focus.for_each([&](ConceptId id) {
    if (std::all_of(criteria.begin(), criteria.end(),
                    [&](const PreparedCriterion& criterion) { return accepts(criterion, id); }))
      found.add(id);
  });
  return found;
}

bool Evaluator::accepts(const PreparedCriterion& criterion, ConceptId id) const {
  switch (criterion.source->kind) {
    case Criterion::Kind::definition_status:
      return criterion.concepts.contains(substrate_.definition_status(id)) == criterion.is_equal();
    case Criterion::Kind::module:
      return criterion.concepts.contains(substrate_.module(id)) == criterion.is_equal();
    case Criterion::Kind::effective_time:
      return criterion.accepts_time(substrate_.effective_time(id));
    case Criterion::Kind::active:
      return criterion.accepts_flag(substrate_.is_active(id));
    default:
      return false;  // the parser gives concepts no others
  }
}

}  // namespace terminology::ecl
