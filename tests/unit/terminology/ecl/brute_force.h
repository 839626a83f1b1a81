// Judges one concept at a time by what the specification says, without sets or indexes: what the
// engine is compared with.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edition_double.h"
#include "fhir/base/decimal.h"
#include "terminology/ecl/syntax.h"

namespace ecl_test {

class BruteForce {
 public:
  explicit BruteForce(const EditionDouble& edition) : edition_(edition) {}

  bool satisfies(ConceptId id, const ecl::Expression& expression) const {
    using Kind = ecl::Expression::Kind;
    const auto& operands = expression.operands;
    const auto one = [&](const ecl::SubExpression& operand) { return satisfies(id, operand); };
    switch (expression.kind) {
      case Kind::single:
        return one(operands[0]);
      case Kind::conjunction:
        return std::all_of(operands.begin(), operands.end(), one);
      case Kind::disjunction:
        return std::any_of(operands.begin(), operands.end(), one);
      case Kind::exclusion:
        return one(operands[0]) && !one(operands[1]);
      case Kind::refined:
        return one(operands[0]) && satisfies(id, *expression.refinement);
      case Kind::dotted:
        return is_value(id, operands, operands.size() - 1);
    }
    return false;
  }

 private:
  ConceptId size() const { return edition_.size(); }

  bool is_below(ConceptId id, ConceptId ancestor) const {
    for (const ConceptId parent : edition_.nodes[id].parents) {
      if (parent == ancestor || is_below(parent, ancestor)) return true;
    }
    return false;
  }
  bool is_child(ConceptId id, ConceptId parent) const {
    const auto& parents = edition_.nodes[id].parents;
    return std::find(parents.begin(), parents.end(), parent) != parents.end();
  }

  /// Whether the concept is the value of the last of the names for a concept before it.
  bool is_value(ConceptId id, const std::vector<ecl::SubExpression>& operands,
                std::size_t last) const {
    if (last == 0) return satisfies(id, operands[0]);
    for (ConceptId source = 0; source < size(); ++source) {
      for (const auto& relationship : edition_.nodes[source].relationships) {
        if (relationship.kind == ecl::Relationship::ValueKind::concept_id &&
            relationship.value == id && satisfies(relationship.type, operands[last]) &&
            is_value(source, operands, last - 1))
          return true;
      }
    }
    return false;
  }

  bool satisfies_focus(ConceptId id, const ecl::SubExpression& sub) const {
    switch (sub.focus) {
      case ecl::SubExpression::Focus::id:
        return edition_.sct_id(id) == sub.id;
      case ecl::SubExpression::Focus::any:
        return true;
      case ecl::SubExpression::Focus::alternate:
        return edition_.find_alternate(sub.scheme, sub.code) == id;
      case ecl::SubExpression::Focus::nested:
        return satisfies(id, *sub.nested);
    }
    return false;
  }

  bool is_member(ConceptId id, const ecl::SubExpression& sub) const {
    for (const auto& set : edition_.sets) {
      if (!satisfies_focus(set.id, sub)) continue;
      for (std::uint32_t i = set.first; i < set.first + set.count; ++i) {
        const auto& [member, fields] = edition_.rows[i];
        ConceptId given = member.referenced;
        for (std::size_t column = 0; !sub.fields.empty() && column < set.fields.size(); ++column) {
          if (set.fields[column].name == sub.fields[0]) given = fields[column].concept_id;
        }
        if (given == id && passes(set, member, fields, sub)) return true;
      }
    }
    return false;
  }

  bool passes(const ecl::ReferenceSet& set, const ecl::Member& member,
              const std::vector<ecl::FieldValue>& fields, const ecl::SubExpression& sub) const {
    bool says_active = false;
    for (const auto& filter : sub.filters) {
      if (filter.kind != ecl::Filter::Kind::member) continue;
      for (const auto& criterion : filter.criteria) {
        const bool is_equal = criterion.comparison == ecl::Comparison::equal;
        if (criterion.kind == ecl::Criterion::Kind::active) {
          says_active = true;
          if (criterion.flag && (member.is_active == *criterion.flag) != is_equal) return false;
          continue;
        }
        for (std::size_t column = 0; column < set.fields.size(); ++column) {
          if (set.fields[column].name != criterion.field) continue;
          const auto& value = fields[column];
          if (criterion.expression &&
              (value.concept_id != k_no_concept &&
               satisfies(value.concept_id, *criterion.expression)) != is_equal)
            return false;
          if (!criterion.number.empty() &&
              !compares(std::stoi(std::string(value.text)), criterion.comparison,
                        std::stoi(criterion.number)))
            return false;
        }
      }
    }
    return says_active || member.is_active;
  }

  template <class Number>
  static bool compares(Number a, ecl::Comparison comparison, Number b) {
    switch (comparison) {
      case ecl::Comparison::equal:
        return a == b;
      case ecl::Comparison::not_equal:
        return a != b;
      case ecl::Comparison::less:
        return a < b;
      case ecl::Comparison::less_or_equal:
        return a <= b;
      case ecl::Comparison::greater:
        return a > b;
      case ecl::Comparison::greater_or_equal:
        return a >= b;
    }
    return false;
  }

  bool before_operator(ConceptId id, const ecl::SubExpression& sub) const {
    return sub.is_member_of ? is_member(id, sub) : satisfies_focus(id, sub);
  }

  bool after_operator(ConceptId id, const ecl::SubExpression& sub) const {
    using ecl::Operator;
    const auto any = [&](auto&& relation) {
      for (ConceptId other = 0; other < size(); ++other) {
        if (relation(other) && before_operator(other, sub)) return true;
      }
      return false;
    };
    const auto is_self = [&] { return before_operator(id, sub); };
    switch (sub.op) {
      case Operator::none:
        return is_self();
      case Operator::descendant_or_self_of:
        if (is_self()) return true;
        [[fallthrough]];
      case Operator::descendant_of:
        return any([&](ConceptId other) { return is_below(id, other); });
      case Operator::child_or_self_of:
        if (is_self()) return true;
        [[fallthrough]];
      case Operator::child_of:
        return any([&](ConceptId other) { return is_child(id, other); });
      case Operator::ancestor_or_self_of:
        if (is_self()) return true;
        [[fallthrough]];
      case Operator::ancestor_of:
        return any([&](ConceptId other) { return is_below(other, id); });
      case Operator::parent_or_self_of:
        if (is_self()) return true;
        [[fallthrough]];
      case Operator::parent_of:
        return any([&](ConceptId other) { return is_child(other, id); });
      case Operator::top:
        return is_self() && !any([&](ConceptId other) { return is_below(id, other); });
      case Operator::bottom:
        return is_self() && !any([&](ConceptId other) { return is_below(other, id); });
    }
    return false;
  }

  bool filtered(ConceptId id, const ecl::SubExpression& sub) const {
    if (!after_operator(id, sub)) return false;
    for (const auto& filter : sub.filters) {
      if (filter.kind == ecl::Filter::Kind::of_concept) {
        for (const auto& criterion : filter.criteria) {
          const bool is_equal = criterion.comparison == ecl::Comparison::equal;
          if (criterion.kind == ecl::Criterion::Kind::active && criterion.flag &&
              (edition_.nodes[id].is_active == *criterion.flag) != is_equal)
            return false;
          if (criterion.kind == ecl::Criterion::Kind::effective_time &&
              !compares(edition_.nodes[id].time, criterion.comparison, criterion.times[0]))
            return false;
        }
      } else if (filter.kind == ecl::Filter::Kind::description) {
        const auto& own = edition_.nodes[id].descriptions;
        if (std::none_of(own.begin(), own.end(), [&](std::uint32_t position) {
              return describes(edition_.description(position), filter);
            }))
          return false;
      }
    }
    return true;
  }

  /// Of terms in lower case whose words are parted by one space.
  static bool describes(const ecl::Description& description, const ecl::Filter& filter) {
    if (!description.is_active) return false;
    for (const auto& criterion : filter.criteria) {
      const bool is_equal = criterion.comparison == ecl::Comparison::equal;
      bool holds = false;
      for (const auto& word : criterion.words) holds = holds || word == description.language;
      for (const auto& term : criterion.terms) {
        const std::string padded = " " + std::string(description.term);
        holds = holds || std::all_of(term.parts.begin(), term.parts.end(), [&](const auto& part) {
                  return padded.find(" " + part) != std::string::npos;
                });
      }
      if (holds != is_equal) return false;
    }
    return true;
  }

  bool satisfies(ConceptId id, const ecl::SubExpression& sub) const {
    if (filtered(id, sub)) return true;
    if (!sub.history) return false;
    for (const auto& set : edition_.sets) {
      const ecl::SctId set_id = edition_.sct_id(set.id);
      bool counts = false;
      switch (sub.history->profile) {
        case ecl::HistorySupplement::Profile::minimum:
          counts = set_id == ecl::k_same_as;
          break;
        case ecl::HistorySupplement::Profile::moderate:
          counts = set_id == ecl::k_same_as || set_id == ecl::k_replaced_by ||
                   set_id == ecl::k_was_a || set_id == ecl::k_partially_equivalent_to;
          break;
        case ecl::HistorySupplement::Profile::maximum:
          counts = is_below(set.id, edition_.find(ecl::k_historical_association));
          break;
        case ecl::HistorySupplement::Profile::subset:
          counts = satisfies(set.id, *sub.history->subset);
          break;
      }
      if (!counts || set.fields.empty() || set.fields[0].name != "targetComponentId") continue;
      for (std::uint32_t i = set.first; i < set.first + set.count; ++i) {
        const auto& [member, fields] = edition_.rows[i];
        if (member.is_active && member.referenced == id && filtered(fields[0].concept_id, sub))
          return true;
      }
    }
    return false;
  }

  bool has_value(const ecl::Attribute& attribute, ConceptId value) const {
    return satisfies(value, *attribute.expression) ==
           (attribute.comparison == ecl::Comparison::equal);
  }

  bool holds(const ecl::Relationship& relationship, const ecl::Attribute& attribute) const {
    using ValueKind = ecl::Relationship::ValueKind;
    if (!satisfies(relationship.type, attribute.name)) return false;
    const bool is_number = relationship.kind == ValueKind::number;
    if (attribute.kind == ecl::Attribute::Value::number)
      return is_number && compares(std::stod(edition_.values[relationship.value]),
                                   attribute.comparison, std::stod(attribute.number));
    if (relationship.kind != ValueKind::concept_id)
      return attribute.expression->focus == ecl::SubExpression::Focus::any &&
             attribute.expression->op == ecl::Operator::none &&
             attribute.comparison == ecl::Comparison::equal;
    return has_value(attribute, relationship.value);
  }

  std::uint32_t count(ConceptId id, const ecl::Attribute& attribute) const {
    if (attribute.is_reversed) {
      std::set<ConceptId> sources;
      for (ConceptId source = 0; source < size(); ++source) {
        for (const auto& relationship : edition_.nodes[source].relationships) {
          if (relationship.kind == ecl::Relationship::ValueKind::concept_id &&
              relationship.value == id && satisfies(relationship.type, attribute.name) &&
              has_value(attribute, source))
            sources.insert(source);
        }
      }
      return static_cast<std::uint32_t>(sources.size());
    }
    std::set<std::pair<ConceptId, std::string>> values;
    for (const auto& relationship : edition_.nodes[id].relationships) {
      if (!holds(relationship, attribute)) continue;
      const bool is_concept = relationship.kind == ecl::Relationship::ValueKind::concept_id;
      values.insert({relationship.type, is_concept ? "c" + std::to_string(relationship.value)
                                                   : edition_.values[relationship.value]});
    }
    return static_cast<std::uint32_t>(values.size());
  }

  bool satisfies(ConceptId id, const ecl::Refinement& refinement) const {
    using Kind = ecl::Refinement::Kind;
    const auto one = [&](const ecl::Refinement& part) { return satisfies(id, part); };
    switch (refinement.kind) {
      case Kind::attribute:
        return refinement.cardinality.allows(count(id, *refinement.attribute));
      case Kind::conjunction:
        return std::all_of(refinement.parts.begin(), refinement.parts.end(), one);
      case Kind::disjunction:
        return std::any_of(refinement.parts.begin(), refinement.parts.end(), one);
      case Kind::group: {
        std::set<std::uint16_t> groups;
        for (const auto& relationship : edition_.nodes[id].relationships)
          groups.insert(relationship.group);
        groups.erase(0);
        std::uint32_t matching = 0;
        for (const std::uint16_t group : groups)
          matching += in_group(id, group, refinement.parts[0]) ? 1 : 0;
        return refinement.cardinality.allows(matching);
      }
    }
    return false;
  }

  bool in_group(ConceptId id, std::uint16_t group, const ecl::Refinement& part) const {
    using Kind = ecl::Refinement::Kind;
    const auto one = [&](const ecl::Refinement& inner) { return in_group(id, group, inner); };
    if (part.kind == Kind::conjunction)
      return std::all_of(part.parts.begin(), part.parts.end(), one);
    if (part.kind == Kind::disjunction)
      return std::any_of(part.parts.begin(), part.parts.end(), one);
    if (part.attribute->is_reversed) return part.cardinality.allows(count(id, *part.attribute));
    std::uint32_t found = 0;
    for (const auto& relationship : edition_.nodes[id].relationships)
      found += relationship.group == group && holds(relationship, *part.attribute) ? 1 : 0;
    return part.cardinality.allows(found);
  }

  const EditionDouble& edition_;
};

}  // namespace ecl_test
