// Operators that walk the hierarchy. "The resulting set is the union of applying the constraint
// operator to each of its members."
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
// (6.1 Simple expression constraints, 6.12 Top and bottom)
#include <utility>
#include <vector>

#include "terminology/ecl/evaluator.h"

namespace terminology::ecl {

fhir::Result<ConceptSet> Evaluator::apply(Operator op, ConceptSet focus) {
  const bool upwards = op == Operator::ancestor_of || op == Operator::ancestor_or_self_of ||
                       op == Operator::parent_of || op == Operator::parent_or_self_of ||
                       op == Operator::bottom;
  switch (op) {
    case Operator::none:
      return focus;
    case Operator::descendant_of:
    case Operator::ancestor_of:
      return reach(focus, upwards);
    case Operator::descendant_or_self_of:
    case Operator::ancestor_or_self_of: {
      FHIR_TRY(reached, reach(focus, upwards));
      return std::move(reached) | focus;
    }
    case Operator::child_of:
    case Operator::parent_of:
      return neighbours(focus, upwards);
    case Operator::child_or_self_of:
    case Operator::parent_or_self_of: {
      FHIR_TRY(near, neighbours(focus, upwards));
      return std::move(near) | focus;
    }
    case Operator::top:       // those "that have no ancestors within that set"
    case Operator::bottom: {  // "… no descendants within that set"
      FHIR_TRY(reached, reach(focus, upwards));
      focus -= reached;
      return focus;
    }
  }
  return focus;
}

/// All above or below, those that it starts from only when another one leads to them. Goes level by
/// level; a large level in ascending order, so that memory is read in its order.
fhir::Result<ConceptSet> Evaluator::reach(const ConceptSet& from, bool upwards) {
  constexpr std::size_t k_large_part = 256;  // of all concepts
  ConceptSet reached(substrate_.size());
  std::vector<ConceptId> level, next;
  std::size_t seen = 0;
  const auto visit = [&](ConceptId id) {
    const auto others = upwards ? substrate_.parents(id) : substrate_.children(id);
    seen += others.size() + 1;
    for (const ConceptId other : others) {
      if (reached.insert(other) && !from.contains(other)) next.push_back(other);
    }
  };
  from.for_each(visit);
  while (!next.empty()) {
    FHIR_CHECK(spend(std::exchange(seen, 0)));
    level.swap(next);
    next.clear();
    if (level.size() > substrate_.size() / k_large_part) {
      ConceptSet ordered(substrate_.size());
      for (const ConceptId id : level) ordered.add(id);
      ordered.for_each(visit);
    } else {
      for (const ConceptId id : level) visit(id);
    }
  }
  FHIR_CHECK(spend(seen));
  return reached;
}

fhir::Result<ConceptSet> Evaluator::neighbours(const ConceptSet& from, bool upwards) {
  ConceptSet near(substrate_.size());
  std::size_t seen = 0;
  from.for_each([&](ConceptId id) {
    const auto next = upwards ? substrate_.parents(id) : substrate_.children(id);
    seen += next.size() + 1;
    for (const ConceptId other : next) near.add(other);
  });
  FHIR_CHECK(spend(seen));
  return near;
}

}  // namespace terminology::ecl
