// Attribute groups: "there must exist at least one attribute group for which the given cardinality
// is satisfied by attributes in that group". What stands in role group 0 is in no group. A reversed
// attribute belongs to another concept's groups: it is asked of the concept as a whole.
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
// (6.2 Attribute groups, 6.3 Attribute group cardinality)
#include <algorithm>
#include <utility>

#include "terminology/ecl/evaluator.h"

namespace terminology::ecl {

struct Evaluator::GroupNode {
  Refinement::Kind kind = Refinement::Kind::attribute;
  std::size_t condition = 0;  // of an attribute
  std::vector<GroupNode> parts;
};

struct Evaluator::Group {
  std::vector<Condition> conditions;
  std::vector<ConceptSet> reversed;  // beside conditions: who satisfies it; empty when not reversed
  GroupNode root;
};

fhir::Result<Evaluator::GroupNode> Evaluator::prepare_group(const ConceptSet& focus,
                                                            const Refinement& part, Group& group) {
  GroupNode node;
  node.kind = part.kind;
  if (part.kind == Refinement::Kind::attribute) {
    FHIR_TRY(condition, prepare(part));
    ConceptSet who;
    if (condition.source->is_reversed) {
      FHIR_TRY(satisfying, with_attribute(focus, condition));
      who = std::move(satisfying);
    }
    node.condition = group.conditions.size();
    group.conditions.push_back(std::move(condition));
    group.reversed.push_back(std::move(who));
    return node;
  }
  for (const Refinement& inner : part.parts) {
    FHIR_TRY(prepared, prepare_group(focus, inner, group));
    node.parts.push_back(std::move(prepared));
  }
  return node;
}

fhir::Result<ConceptSet> Evaluator::with_groups(const ConceptSet& focus,
                                                const Refinement& refinement) {
  const Cardinality& wanted = refinement.cardinality;
  if (wanted.min == 0 && wanted.max == Cardinality::k_many) return focus;
  Group group;
  FHIR_TRY(root, prepare_group(focus, refinement.parts.front(), group));
  group.root = std::move(root);
  // Only who has every attribute that must be there can have a group with all of them.
  ConceptSet candidates = focus;
  std::vector<std::size_t> needed;
  if (group.root.kind == Refinement::Kind::attribute) needed.push_back(group.root.condition);
  if (group.root.kind == Refinement::Kind::conjunction) {
    for (const GroupNode& part : group.root.parts) {
      if (part.kind == Refinement::Kind::attribute) needed.push_back(part.condition);
    }
  }
  for (const std::size_t i : needed) {
    const Condition& condition = group.conditions[i];
    if (condition.source->is_reversed || condition.cardinality.min == 0) continue;
    FHIR_TRY(narrower, with_any(candidates, condition));
    candidates = std::move(narrower);
  }
  ConceptSet found(substrate_.size());
  std::size_t seen = 0;
  const std::size_t conditions = group.conditions.size();
  candidates.for_each([&](ConceptId id) {
    seen += substrate_.relationships(id).size() * conditions + 1;
    if (wanted.allows(count_groups(group, id))) found.add(id);
  });
  FHIR_CHECK(spend(seen));
  if (wanted.min == 0) found |= focus - candidates;  // without such a group
  return found;
}

std::uint32_t Evaluator::count_groups(const Group& group, ConceptId id) const {
  const auto relationships = substrate_.relationships(id);
  std::uint32_t count = 0;
  for (std::size_t first = 0; first < relationships.size();) {
    std::size_t end = first;
    while (end < relationships.size() && relationships[end].group == relationships[first].group)
      ++end;
    if (relationships[first].group != 0 &&
        matches(group, group.root, id, relationships.subspan(first, end - first)))
      ++count;
    first = end;
  }
  return count;
}

bool Evaluator::matches(const Group& group, const GroupNode& node, ConceptId id,
                        std::span<const Relationship> relationships) const {
  const auto part_matches = [&](const GroupNode& part) {
    return matches(group, part, id, relationships);
  };
  if (node.kind == Refinement::Kind::conjunction)
    return std::all_of(node.parts.begin(), node.parts.end(), part_matches);
  if (node.kind == Refinement::Kind::disjunction)
    return std::any_of(node.parts.begin(), node.parts.end(), part_matches);
  const Condition& condition = group.conditions[node.condition];
  if (condition.source->is_reversed) return group.reversed[node.condition].contains(id);
  const auto count = std::count_if(
      relationships.begin(), relationships.end(),
      [&](const Relationship& relationship) { return matches(condition, relationship); });
  return condition.cardinality.allows(static_cast<std::uint32_t>(count));
}

}  // namespace terminology::ecl
