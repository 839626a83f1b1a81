// Attributes outside of groups. "The cardinality constrains the number of times the attribute may
// be included in any attribute group": the same value in two groups counts once, for one of the two
// is redundant. Editions publish no redundant attributes beside that.
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
// (6.2 Refinements, 6.3 Cardinality, 6.5 Exclusion and not equals)
#include <algorithm>
#include <utility>

#include "terminology/code_text.h"
#include "terminology/ecl/evaluator.h"
#include "terminology/ecl/metadata.h"

namespace terminology::ecl {

using ValueKind = Relationship::ValueKind;

bool TermMatchers::matches(std::string_view text, std::string_view language) const {
  return std::find(exact.begin(), exact.end(), text) != exact.end() ||
         std::any_of(matchers.begin(), matchers.end(),
                     [&](const TermMatcher& matcher) { return matcher.matches(text, language); });
}

/// The concepts of the focus that satisfy the refinement.
fhir::Result<ConceptSet> Evaluator::refine(const ConceptSet& focus, const Refinement& refinement) {
  switch (refinement.kind) {
    case Refinement::Kind::attribute: {
      FHIR_TRY(condition, prepare(refinement));
      return with_attribute(focus, condition);
    }
    case Refinement::Kind::group:
      return with_groups(focus, refinement);
    case Refinement::Kind::conjunction: {
      ConceptSet left = focus;
      for (const Refinement& part : refinement.parts) {
        FHIR_TRY(narrower, refine(left, part));
        left = std::move(narrower);
      }
      return left;
    }
    case Refinement::Kind::disjunction: {
      ConceptSet found(substrate_.size());
      for (const Refinement& part : refinement.parts) {
        FHIR_TRY(more, refine(focus - found, part));
        found |= more;
      }
      return found;
    }
  }
  return focus;
}

fhir::Result<Condition> Evaluator::prepare(const Refinement& attribute) {
  const Attribute& source = *attribute.attribute;
  Condition condition;
  condition.source = &source;
  condition.cardinality = attribute.cardinality;
  FHIR_TRY(names, evaluate_concepts(source.name));
  condition.names = std::move(names);
  condition.names_is_a =
      !condition.names.is_any && condition.names.contains(substrate_.find(k_is_a));
  if (source.kind == Attribute::Value::expression) {
    FHIR_TRY(values, evaluate_concepts(*source.expression));
    condition.values = std::move(values);
  }
  if (source.kind == Attribute::Value::number)
    condition.number = fhir::Decimal::parse(source.number).value_or(fhir::Decimal());
  for (const SearchTerm& term : source.terms) {
    // Of concrete values, "equal to" is said; words are searched for when the expression asks so.
    if (term.kind == SearchTerm::Kind::unsaid)
      condition.terms.exact.push_back(term.text);
    else
      condition.terms.matchers.emplace_back(term);
  }
  return condition;
}

bool Evaluator::matches(const Condition& condition, const Relationship& relationship) const {
  if (!condition.names.contains(relationship.type)) return false;
  const Attribute& source = *condition.source;
  switch (source.kind) {
    case Attribute::Value::expression:
      if (relationship.kind != ValueKind::concept_id)
        return condition.values.is_any && condition.is_equal();
      return condition.accepts(relationship.value);
    case Attribute::Value::number: {
      if (relationship.kind != ValueKind::number) return false;
      const auto number = fhir::Decimal::parse(substrate_.concrete(relationship.value));
      return number && satisfies(source.comparison, *number <=> condition.number);
    }
    case Attribute::Value::terms:
      return relationship.kind == ValueKind::string &&
             condition.terms.matches(substrate_.concrete(relationship.value), {}) ==
                 condition.is_equal();
    case Attribute::Value::boolean: {
      if (relationship.kind != ValueKind::boolean) return false;
      const std::string_view text = substrate_.concrete(relationship.value);
      return ((text == "true" || text == "1") == source.flag) == condition.is_equal();
    }
  }
  return false;
}

fhir::Result<ConceptSet> Evaluator::with_attribute(const ConceptSet& focus,
                                                   const Condition& condition) {
  const Cardinality& wanted = condition.cardinality;
  if (wanted.min == 0 && wanted.max == Cardinality::k_many) return focus;
  if (wanted.max == Cardinality::k_many && wanted.min == 1) return with_any(focus, condition);
  if (wanted.max == 0) {
    FHIR_TRY(with, with_any(focus, condition));
    return focus - with;
  }
  ConceptSet found(substrate_.size());
  std::size_t seen = 0;
  focus.for_each([&](ConceptId id) {
    seen += 1 + (condition.source->is_reversed ? substrate_.incoming(id).size()
                                               : substrate_.relationships(id).size());
    if (wanted.allows(count_matches(condition, id))) found.add(id);
  });
  FHIR_CHECK(spend(seen));
  return found;
}

/// Different values; of a reversed attribute, different sources.
std::uint32_t Evaluator::count_matches(const Condition& condition, ConceptId id) {
  std::vector<std::uint64_t>& values = counted_;
  values.clear();
  const auto add = [&](std::uint64_t kind, std::uint64_t type, std::uint64_t value) {
    values.push_back((kind << 60) ^ (type << 32) ^ value);
  };
  if (condition.source->is_reversed) {
    for (const IncomingRelationship& incoming : substrate_.incoming(id)) {
      if (condition.names.contains(incoming.type) && condition.accepts(incoming.source))
        add(0, 0, incoming.source);
    }
    if (condition.names_is_a) {
      for (const ConceptId child : substrate_.children(id)) {
        if (condition.accepts(child)) add(0, 0, child);
      }
    }
  } else {
    for (const Relationship& relationship : substrate_.relationships(id)) {
      if (matches(condition, relationship))
        add(relationship.kind == ValueKind::concept_id ? 0 : 1, relationship.type,
            relationship.kind == ValueKind::concept_id
                ? relationship.value
                : code_hash(substrate_.concrete(relationship.value)));
    }
    if (condition.names_is_a && condition.source->kind == Attribute::Value::expression) {
      for (const ConceptId parent : substrate_.parents(id)) {
        if (condition.accepts(parent)) add(2, 0, parent);
      }
    }
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return static_cast<std::uint32_t>(values.size());
}

/// The concepts with at least one such attribute: found from the values where they are few.
fhir::Result<ConceptSet> Evaluator::with_any(const ConceptSet& focus, const Condition& condition) {
  if (condition.source->is_reversed) return with_any_reversed(focus, condition);
  ConceptSet found(substrate_.size());
  std::size_t seen = 0;
  const bool has_values = condition.source->kind == Attribute::Value::expression;
  if (has_values && condition.is_equal() && !condition.values.is_any &&
      condition.values.set.count() < focus.count()) {
    condition.values.set.for_each([&](ConceptId value) {
      const auto sources = substrate_.incoming(value);
      seen += sources.size() + 1;
      for (const IncomingRelationship& incoming : sources) {
        if (condition.names.contains(incoming.type)) found.add(incoming.source);
      }
      if (!condition.names_is_a) return;
      for (const ConceptId child : substrate_.children(value)) found.add(child);
    });
    FHIR_CHECK(spend(seen));
    found &= focus;
    return found;
  }
  focus.for_each([&](ConceptId id) {
    const auto relationships = substrate_.relationships(id);
    seen += relationships.size() + 1;
    bool is_found = std::any_of(
        relationships.begin(), relationships.end(),
        [&](const Relationship& relationship) { return matches(condition, relationship); });
    if (!is_found && condition.names_is_a && has_values) {
      const auto parents = substrate_.parents(id);
      is_found = std::any_of(parents.begin(), parents.end(),
                             [&](ConceptId parent) { return condition.accepts(parent); });
    }
    if (is_found) found.add(id);
  });
  FHIR_CHECK(spend(seen));
  return found;
}

/// The concepts that at least one source has such an attribute with.
fhir::Result<ConceptSet> Evaluator::with_any_reversed(const ConceptSet& focus,
                                                      const Condition& condition) {
  ConceptSet found(substrate_.size());
  std::size_t seen = 0;
  const auto add_values_of = [&](ConceptId source) {
    const auto relationships = substrate_.relationships(source);
    seen += relationships.size() + 1;
    for (const Relationship& relationship : relationships) {
      if (relationship.kind == ValueKind::concept_id && condition.names.contains(relationship.type))
        found.add(relationship.value);
    }
    if (!condition.names_is_a) return;
    for (const ConceptId parent : substrate_.parents(source)) found.add(parent);
  };
  if (condition.is_equal() && !condition.values.is_any &&
      condition.values.set.count() < focus.count()) {
    condition.values.set.for_each(add_values_of);
    FHIR_CHECK(spend(seen));
    found &= focus;
    return found;
  }
  focus.for_each([&](ConceptId id) {
    const auto sources = substrate_.incoming(id);
    seen += sources.size() + 1;
    bool is_found = std::any_of(sources.begin(), sources.end(), [&](const auto& incoming) {
      return condition.names.contains(incoming.type) && condition.accepts(incoming.source);
    });
    if (!is_found && condition.names_is_a) {
      const auto children = substrate_.children(id);
      is_found = std::any_of(children.begin(), children.end(),
                             [&](ConceptId child) { return condition.accepts(child); });
    }
    if (is_found) found.add(id);
  });
  FHIR_CHECK(spend(seen));
  return found;
}

}  // namespace terminology::ecl
