// Members of reference sets, and the history supplements that are made of them.
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
// (6.1 Member of, 6.10 Member filters, 6.11 History supplements, appendix E)
#include <algorithm>
#include <utility>

#include "terminology/code_text.h"
#include "terminology/ecl/evaluator.h"
#include "terminology/ecl/metadata.h"

namespace terminology::ecl {
namespace {

constexpr std::string_view k_referenced = "referencedComponentId";
constexpr std::string_view k_target = "targetComponentId";

fhir::Unexpected<fhir::Issue> unsupported(std::string text) {
  return fhir::unexpected(fhir::make_issue(fhir::Situation::unprocessable,
                                           fhir::IssueType::not_supported, std::move(text)));
}

bool is_wild_card(const Expression& expression) {
  const SubExpression& sub = expression.operands.front();
  return expression.kind == Expression::Kind::single && sub.op == Operator::none &&
         !sub.is_member_of && sub.focus == SubExpression::Focus::any && sub.filters.empty() &&
         !sub.history;
}

}  // namespace

std::optional<std::uint32_t> find_field(const ReferenceSet& set, std::string_view name) {
  for (std::uint32_t i = 0; i < set.fields.size(); ++i) {
    if (equals_ignoring_case(set.fields[i].name, name)) return i;
  }
  return std::nullopt;
}

/// The columns of a set that are asked for and hold concepts.
std::vector<std::uint32_t> Evaluator::columns_of(const ReferenceSet& set,
                                                 const SubExpression& sub) const {
  std::vector<std::uint32_t> columns;
  for (std::uint32_t i = 0; sub.all_fields && i < set.fields.size(); ++i) {
    if (set.fields[i].type == FieldType::component) columns.push_back(i);
  }
  for (const std::string& name : sub.fields) {
    const auto column = find_field(set, name);
    if (column && set.fields[*column].type == FieldType::component) columns.push_back(*column);
  }
  return columns;
}

/// What the fields that are asked for hold, in those members of the sets that pass all filters.
/// "By default, only active members of a reference set are included in the substrate."
/// deviation: several fields are rows of a table to ECL; here, where the answer is concepts, they
/// are all concepts in those rows.
fhir::Result<ConceptSet> Evaluator::members(const SubExpression& sub, const ConceptSet& sets) {
  const auto is_referenced = [](std::string_view name) {
    return equals_ignoring_case(name, k_referenced);
  };
  const bool wants_referenced = sub.all_fields || sub.fields.empty() ||
                                std::any_of(sub.fields.begin(), sub.fields.end(), is_referenced);
  std::vector<PreparedCriterion> criteria;
  for (const Filter& filter : sub.filters) {
    if (filter.kind != Filter::Kind::member) continue;
    FHIR_TRY(prepared, prepare(filter));
    for (PreparedCriterion& criterion : prepared) criteria.push_back(std::move(criterion));
  }
  const bool only_active =
      std::none_of(criteria.begin(), criteria.end(), [](const PreparedCriterion& criterion) {
        return criterion.source->kind == Criterion::Kind::active;
      });
  std::vector<std::string_view> unknown(sub.fields.begin(), sub.fields.end());
  for (const PreparedCriterion& criterion : criteria) {
    if (criterion.source->kind == Criterion::Kind::field)
      unknown.push_back(criterion.source->field);
  }
  bool has_set = false, has_concepts = wants_referenced;
  ConceptSet found(substrate_.size());
  for (const ReferenceSet& set : substrate_.reference_sets()) {
    if (!sets.contains(set.id)) continue;
    has_set = true;
    std::erase_if(unknown, [&](std::string_view name) {
      return is_referenced(name) || find_field(set, name).has_value();
    });
    const std::vector<std::uint32_t> columns = columns_of(set, sub);
    has_concepts = has_concepts || !columns.empty();
    if (!wants_referenced && columns.empty()) continue;
    FHIR_CHECK(spend(set.count * (1 + criteria.size() + columns.size())));
    for (std::uint32_t i = set.first; i < set.first + set.count; ++i) {
      const Member member = substrate_.member(i);
      if (only_active && !member.is_active) continue;
      const bool passes = std::all_of(
          criteria.begin(), criteria.end(),
          [&](const PreparedCriterion& criterion) { return accepts(criterion, set, i, member); });
      if (!passes) continue;
      if (wants_referenced) found.add(member.referenced);
      for (const std::uint32_t column : columns) found.add(substrate_.field(i, column).concept_id);
    }
  }
  // "If a reference set field is selected that does not exist in any of the identified reference
  // sets, then the expression constraint should be considered erroneous."
  if (has_set && !unknown.empty())
    return fhir::unexpected(fhir::make_issue(
        fhir::Situation::unprocessable, fhir::IssueType::not_found,
        "None of the reference sets has a field '" + std::string(unknown[0]) + "'"));
  if (has_set && !has_concepts)
    return unsupported("The field '" + sub.fields.front() +
                       "' of a reference set is asked for, which holds no concepts");
  return found;
}

/// `X {{ + HISTORY (sets) }}` is `X OR ^ sets {{ M targetComponentId = X }}`.
fhir::Result<ConceptSet> Evaluator::with_history(ConceptSet focus,
                                                 const HistorySupplement& history) {
  using Profile = HistorySupplement::Profile;
  ConceptSet sets(substrate_.size());
  Profile profile = history.profile;
  if (profile == Profile::subset && is_wild_card(*history.subset)) profile = Profile::maximum;
  switch (profile) {
    case Profile::minimum:
      sets.add(substrate_.find(k_same_as));
      break;
    case Profile::moderate:
      for (const SctId id : {k_same_as, k_replaced_by, k_was_a, k_partially_equivalent_to})
        sets.add(substrate_.find(id));
      break;
    case Profile::maximum: {
      sets.add(substrate_.find(k_historical_association));
      FHIR_TRY(below, reach(sets, false));
      sets = std::move(below);
      break;
    }
    case Profile::subset: {
      FHIR_TRY(subset, evaluate(*history.subset));
      sets = std::move(subset);
      break;
    }
  }
  ConceptSet replaced(substrate_.size());
  for (const ReferenceSet& set : substrate_.reference_sets()) {
    const auto target = sets.contains(set.id) ? find_field(set, k_target) : std::nullopt;
    if (!target) continue;
    FHIR_CHECK(spend(set.count));
    for (std::uint32_t i = set.first; i < set.first + set.count; ++i) {
      const Member member = substrate_.member(i);
      if (member.is_active && focus.contains(substrate_.field(i, *target).concept_id))
        replaced.add(member.referenced);
    }
  }
  focus |= replaced;
  return focus;
}

}  // namespace terminology::ecl
