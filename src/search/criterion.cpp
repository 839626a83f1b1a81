// https://hl7.org/fhir/R4/search.html#modifiers
#include "src/search/criterion.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include "src/search/concept_expansion.h"
#include "src/search/escape.h"
#include "src/search/hierarchy.h"
#include "src/search/modifier.h"
#include "src/search/reference_text.h"
#include "src/search/special.h"

namespace server::search {
namespace {

using fhir::Issue;
using fhir::IssueType;
using fhir::SearchParameterType;

constexpr std::string_view k_unknown_rule = "search-parameter-unknown";

fhir::Unexpected<Issue> failure(IssueType type, std::string diagnostics) {
  return fhir::unexpected(
      fhir::make_issue(fhir::Situation::malformed, type, std::move(diagnostics)));
}

std::string quoted(std::string_view name) {
  std::string text = "`";
  return text.append(name).append("`");
}

fhir::Unexpected<Issue> unknown_parameter(std::string_view resource_type, std::string_view code) {
  Issue issue = fhir::make_issue(
      fhir::Situation::malformed, IssueType::not_supported,
      std::string(resource_type) + " has no search parameter " + quoted(code) + " on this server");
  issue.rule = k_unknown_rule;
  return fhir::unexpected(std::move(issue));
}

// A name's first link: `subject`, or `subject:Patient`.
struct Link {
  std::string_view code;
  std::string_view modifier;
};

Link split_link(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {text, {}};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

class Parser {
 public:
  Parser(std::string_view value, const CriterionOptions& options)
      : value_(value), options_(options), definitions_(options.operands.definitions) {}

  fhir::Result<Criterion> parse(std::string_view type, std::string_view name, std::size_t depth) {
    if (depth > k_chain_depth_max) {
      return failure(IssueType::too_costly,
                     "a chain has at most " + std::to_string(k_chain_depth_max) + " links");
    }
    if (name.substr(0, 5) == "_has:") return parse_reverse(name.substr(5), depth);
    const std::size_t dot = name.find('.');
    if (dot != std::string_view::npos) {
      return parse_chain(type, split_link(name.substr(0, dot)), name.substr(dot + 1), depth);
    }
    return parse_plain(type, split_link(name));
  }

 private:
  fhir::Result<Criterion> parse_plain(std::string_view type, const Link& link) {
    if (is_special_name(link.code)) {
      if (!link.modifier.empty()) return does_not_apply(link.modifier);
      return parse_special(type, link.code, value_, options_);
    }
    Criterion criterion;
    criterion.parameter = definitions_.search_parameter(type, link.code);
    if (criterion.parameter == nullptr) return unknown_parameter(type, link.code);
    FHIR_CHECK(read_modifier(link.modifier, criterion));
    if (criterion.parameter->expression.empty()) return unknown_parameter(type, link.code);
    FHIR_CHECK(read_alternatives(criterion));
    FHIR_CHECK(find_hierarchy(type, criterion, definitions_));
    FHIR_CHECK(expand_concepts(criterion, options_.operands.concepts));
    return criterion;
  }

  fhir::Unexpected<Issue> does_not_apply(std::string_view name) {
    return failure(IssueType::invalid,
                   "the modifier " + quoted(name) + " does not apply to this type of parameter");
  }

  fhir::Result<void> read_modifier(std::string_view name, Criterion& criterion) {
    if (name.empty()) return {};
    if (is_resource_type(name, definitions_)) {
      criterion.modifier = Modifier::type;
      criterion.target_type = name;
    } else {
      const auto known = modifier_of(name);
      if (!known) return failure(IssueType::invalid, quoted(name) + " is no search modifier");
      criterion.modifier = *known;
    }
    if (!applies_to(criterion.modifier, criterion.parameter->type)) return does_not_apply(name);
    return check_target(*criterion.parameter, criterion.target_type);
  }

  fhir::Result<void> check_target(const fhir::SearchParameter& parameter, std::string_view target) {
    const auto& targets = parameter.targets;
    if (target.empty() || targets.empty() ||
        std::find(targets.begin(), targets.end(), target) != targets.end() ||
        std::find(targets.begin(), targets.end(), "Resource") != targets.end()) {
      return {};
    }
    return failure(IssueType::invalid, "this parameter refers to no " + std::string(target));
  }

  fhir::Result<void> read_alternatives(Criterion& criterion) {
    const auto texts = split_escaped(value_, ',');
    if (texts.size() > options_.alternatives_max) {
      return failure(IssueType::too_costly, "a parameter takes at most " +
                                                std::to_string(options_.alternatives_max) +
                                                " values between commas");
    }
    OperandContext context = options_.operands;
    context.target_type = criterion.target_type;
    for (const std::string_view text : texts) {
      FHIR_TRY(operand, parse_operand(*criterion.parameter, criterion.modifier, text, context));
      criterion.alternatives.push_back(std::move(operand));
    }
    return {};
  }

  fhir::Result<const fhir::SearchParameter*> reference_parameter(std::string_view type,
                                                                 std::string_view code) {
    const fhir::SearchParameter* parameter = definitions_.search_parameter(type, code);
    if (parameter == nullptr) return unknown_parameter(type, code);
    if (parameter->type != SearchParameterType::reference) {
      return failure(IssueType::invalid, quoted(code) + " is no reference to chain through");
    }
    if (!options_.allow_chains) {
      return failure(IssueType::not_supported, "chains and `_has` are not taken here");
    }
    return parameter;
  }

  // subject:Patient.name=…
  fhir::Result<Criterion> parse_chain(std::string_view type, const Link& link,
                                      std::string_view rest, std::size_t depth) {
    FHIR_TRY(parameter, reference_parameter(type, link.code));
    if (!link.modifier.empty()) {
      if (!is_resource_type(link.modifier, definitions_)) {
        return failure(IssueType::invalid, quoted(link.modifier) + " is no resource type");
      }
      FHIR_CHECK(check_target(*parameter, link.modifier));
      return parse_link(parameter, link.modifier, rest, depth);
    }
    const std::string_view only = only_target(*parameter);
    if (!only.empty()) return parse_link(parameter, only, rest, depth);
    // "the chain … may lead to several types": those that have the parameter it goes on with.
    Criterion any;
    any.combination = Combination::any;
    std::optional<Issue> problem;
    for (const std::string_view target : targets_of(*parameter)) {
      auto one = parse_link(parameter, target, rest, depth);
      if (one) {
        any.parts.push_back(*std::move(one));
      } else if (!problem || is_unknown_parameter(*problem)) {
        problem = std::move(one).error();
      }
      if (problem && !is_unknown_parameter(*problem)) return fhir::unexpected(*std::move(problem));
    }
    if (any.parts.size() == 1) return std::move(any.parts.front());
    if (any.parts.empty()) {
      if (problem) return fhir::unexpected(*std::move(problem));
      return unknown_parameter(link.code, rest);
    }
    return any;
  }

  fhir::Result<Criterion> parse_link(const fhir::SearchParameter* parameter,
                                     std::string_view target, std::string_view rest,
                                     std::size_t depth) {
    Criterion criterion;
    criterion.parameter = parameter;
    criterion.target_type = target;
    FHIR_TRY(inner, parse(target, rest, depth + 1));
    criterion.chained = std::make_unique<Criterion>(std::move(inner));
    return criterion;
  }

  std::span<const std::string_view> targets_of(const fhir::SearchParameter& parameter) const {
    const bool is_any = parameter.targets.empty() ||
                        std::find(parameter.targets.begin(), parameter.targets.end(), "Resource") !=
                            parameter.targets.end();
    return is_any ? definitions_.resource_types() : parameter.targets;
  }

  // _has:Observation:patient:code=…, without `_has:`
  fhir::Result<Criterion> parse_reverse(std::string_view text, std::size_t depth) {
    const std::size_t first = text.find(':');
    const std::size_t second = first == std::string_view::npos ? first : text.find(':', first + 1);
    if (second == std::string_view::npos) {
      return failure(IssueType::invalid, "`_has` is written `_has:Type:reference:parameter`");
    }
    const std::string_view type = text.substr(0, first);
    if (!is_resource_type(type, definitions_)) {
      return failure(IssueType::invalid, quoted(type) + " is no resource type");
    }
    FHIR_TRY(parameter, reference_parameter(type, text.substr(first + 1, second - first - 1)));
    Criterion criterion;
    criterion.parameter = parameter;
    criterion.target_type = type;
    FHIR_TRY(inner, parse(type, text.substr(second + 1), depth + 1));
    criterion.reverse_chained = std::make_unique<Criterion>(std::move(inner));
    return criterion;
  }

  std::string_view value_;
  const CriterionOptions& options_;
  const fhir::DefinitionStore& definitions_;
};

}  // namespace

fhir::Result<Criterion> parse_criterion(std::string_view resource_type, std::string_view name,
                                        std::string_view value, const CriterionOptions& options) {
  return Parser(value, options).parse(resource_type, name, 0);
}

bool is_unknown_parameter(const Issue& issue) { return issue.rule == k_unknown_rule; }

}  // namespace server::search
