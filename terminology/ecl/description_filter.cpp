// Filters concepts by their descriptions: one of them satisfies every condition of a filter. "By
// default, only active descriptions are included in the substrate."
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
// (6.8 Description filters)
#include <algorithm>
#include <utility>

#include "terminology/code_text.h"
#include "terminology/ecl/evaluator.h"

namespace terminology::ecl {

using Kind = Criterion::Kind;

fhir::Result<ConceptSet> Evaluator::filter_descriptions(const ConceptSet& focus,
                                                        const Filter& filter) {
  FHIR_TRY(criteria, prepare(filter));
  const bool only_active = std::none_of(
      criteria.begin(), criteria.end(),
      [](const PreparedCriterion& criterion) { return criterion.source->kind == Kind::active; });
  ConceptSet candidates = focus;
  for (const PreparedCriterion& criterion : criteria) {
    ConceptSet narrower(substrate_.size());
    if (narrow(criterion, narrower)) candidates &= narrower;
  }
  // Cheap conditions first: texts are looked at last.
  std::stable_partition(criteria.begin(), criteria.end(), [](const PreparedCriterion& criterion) {
    return criterion.source->kind != Kind::term;
  });
  ConceptSet found(substrate_.size());
  for (ConceptId id = candidates.next(0); id != k_no_concept; id = candidates.next(id + 1)) {
    const DescriptionRange range = substrate_.descriptions(id);
    FHIR_CHECK(spend(range.count * criteria.size() + 1));
    for (std::uint32_t position = range.first; position < range.first + range.count; ++position) {
      const Description description = substrate_.description(position);
      if (only_active && !description.is_active) continue;
      if (!std::all_of(criteria.begin(), criteria.end(), [&](const PreparedCriterion& criterion) {
            return accepts(criterion, position, description);
          }))
        continue;
      found.add(id);
      break;
    }
  }
  return found;
}

/// The concepts among which all are that can satisfy a condition; false when that is not known
/// without reading their descriptions.
bool Evaluator::narrow(const PreparedCriterion& criterion, ConceptSet& candidates) const {
  if (!criterion.is_equal()) return false;
  if (criterion.source->kind == Kind::description_id) {
    for (const SctId id : criterion.source->ids)
      candidates.add(substrate_.find_description(id).concept_id);
    return true;
  }
  if (criterion.source->kind != Kind::term) return false;
  for (const TermMatcher& matcher : criterion.terms.matchers) {
    if (matcher.word_prefixes().empty()) return false;
    ConceptSet with_all = ConceptSet::all(substrate_.size());
    for (const std::string& prefix : matcher.word_prefixes()) {
      ConceptSet with_word(substrate_.size());
      if (!substrate_.add_by_word_prefix(prefix, with_word)) return false;
      with_all &= with_word;
    }
    candidates |= with_all;
  }
  return true;
}

bool Evaluator::accepts(const PreparedCriterion& criterion, std::uint32_t position,
                        const Description& description) const {
  const Criterion& source = *criterion.source;
  switch (source.kind) {
    case Kind::term:
      return criterion.terms.matches(description.term, description.language) ==
             criterion.is_equal();
    case Kind::language:
      return std::any_of(source.words.begin(), source.words.end(), [&](const std::string& word) {
               return equals_ignoring_case(word, description.language);
             }) == criterion.is_equal();
    case Kind::type:
      return criterion.concepts.contains(description.type) == criterion.is_equal();
    case Kind::module:
      return criterion.concepts.contains(description.module) == criterion.is_equal();
    case Kind::effective_time:
      return criterion.accepts_time(description.effective_time);
    case Kind::active:
      return criterion.accepts_flag(description.is_active);
    case Kind::description_id:
      return (std::find(source.ids.begin(), source.ids.end(), description.id) !=
              source.ids.end()) == criterion.is_equal();
    case Kind::dialect: {
      const bool is_in = std::any_of(
          criterion.dialects.begin(), criterion.dialects.end(), [&](const auto& dialect) {
            if (dialect.language_set == k_no_concept) return false;
            const ConceptId found = substrate_.acceptability(position, dialect.language_set);
            const auto& wanted = dialect.acceptabilities;
            return found != k_no_concept &&
                   (wanted.empty() ||
                    std::find(wanted.begin(), wanted.end(), found) != wanted.end());
          });
      return is_in == criterion.is_equal();
    }
    case Kind::definition_status:
    case Kind::field:
      return false;  // the parser gives descriptions none of them
  }
  return false;
}

}  // namespace terminology::ecl
