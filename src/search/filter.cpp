#include "src/search/filter.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "src/search/chain.h"
#include "src/search/failure.h"
#include "src/search/filter_expression.h"
#include "src/search/filter_test.h"

namespace server::search {
namespace {

using fhir::Issue;
using fhir::IssueType;
using Kind = FilterExpression::Kind;
using Op = FilterOperator;

/// "Some additional parameters are defined for the filter parameter": names for repetitions of a
/// resource, of which both the filter and the test are to hold. The composite parameter knows which
/// values stand together.
struct Group {
  std::string_view type, name;
  std::string_view composite;
  std::array<std::string_view, 2> children;  // in the order of the composite's components
};
constexpr std::array<Group, 1> k_groups = {{
    {"Group", "characteristic", "characteristic-value", {"code", "value"}},
}};

Criterion negated(Criterion part) {
  Criterion negation;
  negation.combination = Combination::negation;
  negation.parts.push_back(std::move(part));
  return negation;
}

class Compiler {
 public:
  explicit Compiler(const CriterionOptions& options) : options_(options) {}

  fhir::Result<Criterion> compile(std::string_view type, const FilterExpression& expression,
                                  std::size_t links) const {
    if (expression.kind == Kind::test) {
      auto test = compile_test(type, expression, links);
      if (!test) return fhir::unexpected(at_character(expression.at, std::move(test).error()));
      return test;
    }
    Criterion joined;
    joined.combination = expression.kind == Kind::all   ? Combination::all
                         : expression.kind == Kind::any ? Combination::any
                                                        : Combination::negation;
    for (const FilterExpression& part : expression.parts) {
      FHIR_TRY(criterion, compile(type, part, links));
      joined.parts.push_back(std::move(criterion));
      FHIR_CHECK(check_ends(joined));
    }
    return joined;
  }

 private:
  /// "The compareOp is always evaluated against the set of values produced by evaluating the param
  /// path": the set is empty, or none of it is in a value set, where no way along the path leads to
  /// a value.
  fhir::Result<Criterion> compile_test(std::string_view type, const FilterExpression& test,
                                       std::size_t links) const {
    bool is_negated = test.operation == Op::ni;
    if (test.operation == Op::pr) {
      if (test.value != "true" && test.value != "false") return bad_value("`true` or `false`");
      is_negated = test.value == "false";
    }
    FHIR_TRY(criterion, follow(type, test.path[0].name, test, 0, links));
    if (is_negated) return negated(std::move(criterion));
    return criterion;
  }

  /// From the step `at` on, whose name may be what is left of a `_has:…`.
  fhir::Result<Criterion> follow(std::string_view type, std::string_view name,
                                 const FilterExpression& test, std::size_t at,
                                 std::size_t links) const {
    FHIR_CHECK(check_depth(links));
    const bool is_last = at + 1 == test.path.size();
    const auto go_on = [&, at, links](std::string_view other) {
      return beyond(other, test, at, links + 1);
    };
    if (name.substr(0, 5) == "_has:") {
      const bool is_bare = std::count(name.begin(), name.end(), ':') == 2;
      if (is_bare && !is_last) {
        const Link pair = split_link(name.substr(5));
        return reverse_chain(pair.code, pair.modifier, options_, go_on);
      }
      FHIR_TRY(has, split_has(name));
      return reverse_chain(has.source, has.code, options_, [&](std::string_view other) {
        return follow(other, has.rest, test, at, links + 1);
      });
    }
    if (is_last) return filter_test(type, split_link(name), test.operation, test.value, options_);
    if (!test.path[at].filter.empty()) {
      for (const Group& group : k_groups) {
        if (group.type == type && group.name == name) return within(group, test, at);
      }
    }
    return chain(type, split_link(name), options_, go_on);
  }

  /// `name[filter].rest`: of one and the same resource that `name` leads to.
  fhir::Result<Criterion> beyond(std::string_view type, const FilterExpression& test,
                                 std::size_t at, std::size_t links) const {
    FHIR_TRY(rest, follow(type, test.path[at + 1].name, test, at + 1, links));
    const auto& filter = test.path[at].filter;
    if (filter.empty()) return rest;
    Criterion both;
    both.combination = Combination::all;
    FHIR_TRY(held, compile(type, filter.front(), links));
    both.parts.push_back(std::move(held));
    both.parts.push_back(std::move(rest));
    return both;
  }

  /// `characteristic[code eq x].value eq y`: `code$value` of the composite.
  fhir::Result<Criterion> within(const Group& group, const FilterExpression& test,
                                 std::size_t at) const {
    const fhir::DefinitionStore& definitions = options_.operands.definitions;
    const fhir::SearchParameter* composite =
        definitions.search_parameter(group.type, group.composite);
    if (composite == nullptr || composite->components.size() != 2) {
      return unknown_parameter(group.type, group.composite);
    }
    const FilterExpression& filter = test.path[at].filter.front();
    const bool is_plain = filter.kind == Kind::test && filter.path.size() == 1 &&
                          filter.operation == Op::eq && test.path.size() == at + 2 &&
                          test.operation == Op::eq;
    const auto place_of = [&](std::string_view name) {
      return std::find(group.children.begin(), group.children.end(), name) - group.children.begin();
    };
    const auto first = is_plain ? place_of(filter.path[0].name) : 2;
    const auto second = is_plain ? place_of(test.path[at + 1].name) : 2;
    if (first == 2 || second == 2 || first == second) {
      std::string form(group.name);
      form.append("[").append(group.children[0]).append(" eq …].").append(group.children[1]);
      return failure(IssueType::not_supported, "this name is taken as `" + form + " eq …`");
    }
    Criterion criterion;
    criterion.parameter = composite;
    Operand& whole = criterion.alternatives.emplace_back();
    whole.parts.resize(2);
    for (const auto& [place, value] : {std::pair(first, &filter.value), {second, &test.value}}) {
      const auto& component = composite->components[static_cast<std::size_t>(place)];
      const auto* parameter = definitions.search_parameter_by_url(component.definition);
      if (parameter == nullptr) return unknown_parameter(group.type, group.composite);
      FHIR_TRY(one, filter_test(group.type, {parameter->code, {}}, Op::eq, *value, options_));
      whole.parts[static_cast<std::size_t>(place)] = std::move(one.alternatives.front());
    }
    return criterion;
  }

  const CriterionOptions& options_;
};

}  // namespace

fhir::Result<Criterion> parse_filter(std::string_view resource_type, std::string_view text,
                                     const CriterionOptions& options) {
  FHIR_TRY(expression, parse_filter_expression(text));
  auto criterion = Compiler(options).compile(resource_type, expression, 0);
  if (criterion) return criterion;
  Issue issue = std::move(criterion).error();
  // A part that is unknown is not passed over: the rest would mean another thing.
  issue.rule.clear();
  return fhir::unexpected(std::move(issue));
}

}  // namespace server::search
