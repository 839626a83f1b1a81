// The walk behind evaluate(): expressions, hierarchy, refinements, members and filters each in a
// file.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/decimal.h"
#include "terminology/ecl/evaluate.h"
#include "terminology/ecl/search_term.h"

namespace terminology::ecl {

/// Concepts that a part of the expression names; `*` is not spelled out.
struct Concepts {
  bool is_any = false;
  ConceptSet set;

  bool contains(ConceptId id) const { return is_any ? id != k_no_concept : set.contains(id); }
};

/// Texts of which one is to match.
struct TermMatchers {
  std::vector<TermMatcher> matchers;
  std::vector<std::string> exact;  // compared as they are

  bool matches(std::string_view text, std::string_view language) const;
};

/// An attribute's name and value, evaluated.
struct Condition {
  const Attribute* source = nullptr;
  Cardinality cardinality;
  Concepts names;
  bool names_is_a = false;  // |Is a| is named itself, not by `*`
  Concepts values;
  fhir::Decimal number;
  TermMatchers terms;

  bool is_equal() const { return source->comparison == Comparison::equal; }
  /// Whether a concept is what the value says; for expressions.
  bool accepts(ConceptId value) const { return values.contains(value) == is_equal(); }
};

/// A filter's condition, its expressions evaluated.
struct PreparedCriterion {
  struct Dialect {
    ConceptId language_set = k_no_concept;
    std::vector<ConceptId> acceptabilities;  // empty: any
  };

  const Criterion* source = nullptr;
  Concepts concepts;  // type, module, definition status; a field's expression
  std::vector<Dialect> dialects;
  TermMatchers terms;
  fhir::Decimal number;
  std::vector<EffectiveTime> times;  // of a field too, when all its texts are dates

  bool is_equal() const { return source->comparison == Comparison::equal; }
  bool accepts_time(EffectiveTime time) const;
  bool accepts_flag(bool value) const {
    return !source->flag || (*source->flag == value) == is_equal();
  }
};

/// Where the column of a name stands; nothing when the reference set has none.
std::optional<std::uint32_t> find_field(const ReferenceSet& set, std::string_view name);

class Evaluator {
 public:
  Evaluator(const Substrate& substrate, const EvaluateOptions& options)
      : substrate_(substrate), options_(options) {}

  fhir::Result<ConceptSet> evaluate(const Expression& expression);

 private:
  // evaluate.cpp
  fhir::Result<ConceptSet> evaluate(const SubExpression& sub);
  fhir::Result<Concepts> evaluate_concepts(const SubExpression& sub);
  fhir::Result<ConceptSet> evaluate_focus(const SubExpression& sub);
  fhir::Result<ConceptSet> evaluate_dotted(const ConceptSet& focus, const SubExpression& name);
  fhir::Result<void> spend(std::size_t steps);
  bool is_id(const SubExpression& sub, SctId id) const;

  // hierarchy.cpp
  fhir::Result<ConceptSet> apply(Operator op, ConceptSet focus);
  fhir::Result<ConceptSet> reach(const ConceptSet& from, bool upwards);
  fhir::Result<ConceptSet> neighbours(const ConceptSet& from, bool upwards);

  // refinement.cpp
  fhir::Result<ConceptSet> refine(const ConceptSet& focus, const Refinement& refinement);
  fhir::Result<Condition> prepare(const Refinement& attribute);
  fhir::Result<ConceptSet> with_attribute(const ConceptSet& focus, const Condition& condition);
  fhir::Result<ConceptSet> with_any(const ConceptSet& focus, const Condition& condition);
  fhir::Result<ConceptSet> with_any_reversed(const ConceptSet& focus, const Condition& condition);
  bool matches(const Condition& condition, const Relationship& relationship) const;
  std::uint32_t count_matches(const Condition& condition, ConceptId id);

  // group.cpp
  struct Group;
  struct GroupNode;
  fhir::Result<ConceptSet> with_groups(const ConceptSet& focus, const Refinement& group);
  fhir::Result<GroupNode> prepare_group(const ConceptSet& focus, const Refinement& part,
                                        Group& group);
  std::uint32_t count_groups(const Group& group, ConceptId id) const;
  bool matches(const Group& group, const GroupNode& node, ConceptId id,
               std::span<const Relationship> relationships) const;

  // members.cpp
  std::vector<std::uint32_t> columns_of(const ReferenceSet& set, const SubExpression& sub) const;
  fhir::Result<ConceptSet> members(const SubExpression& sub, const ConceptSet& sets);
  fhir::Result<ConceptSet> with_history(ConceptSet focus, const HistorySupplement& history);

  // filter.cpp
  fhir::Result<std::vector<PreparedCriterion>> prepare(const Filter& filter);
  fhir::Result<PreparedCriterion> prepare(const Criterion& criterion);
  fhir::Result<void> prepare_dialects(const Criterion& criterion, PreparedCriterion& prepared);
  fhir::Result<ConceptSet> filter_concepts(const ConceptSet& focus, const Filter& filter);
  bool accepts(const PreparedCriterion& criterion, ConceptId id) const;

  // description_filter.cpp
  fhir::Result<ConceptSet> filter_descriptions(const ConceptSet& focus, const Filter& filter);
  bool narrow(const PreparedCriterion& criterion, ConceptSet& candidates) const;
  bool accepts(const PreparedCriterion& criterion, std::uint32_t position,
               const Description& description) const;

  // member_filter.cpp
  bool accepts(const PreparedCriterion& criterion, const ReferenceSet& set, std::uint32_t position,
               const Member& member) const;
  bool accepts(const PreparedCriterion& criterion, const FieldValue& value) const;

  const Substrate& substrate_;
  const EvaluateOptions& options_;
  std::size_t steps_ = 0;
  std::size_t next_look_ = 0;           // at the clock
  std::vector<std::uint64_t> counted_;  // by count_matches(), kept for its memory
};

/// Whether two things that are in this order satisfy a comparison.
template <class Ordering>
bool satisfies(Comparison comparison, Ordering order) {
  switch (comparison) {
    case Comparison::equal:
      return order == 0;
    case Comparison::not_equal:
      return order != 0;
    case Comparison::less:
      return order < 0;
    case Comparison::less_or_equal:
      return order <= 0;
    case Comparison::greater:
      return order > 0;
    case Comparison::greater_or_equal:
      return order >= 0;
  }
  return false;
}

}  // namespace terminology::ecl
