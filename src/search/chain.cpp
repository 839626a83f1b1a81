#include "src/search/chain.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "src/search/failure.h"
#include "src/search/reference_text.h"

namespace server::search {
namespace {

using fhir::Issue;
using fhir::IssueType;

constexpr std::string_view k_unknown_rule = "search-parameter-unknown";

bool leads_anywhere(const fhir::SearchParameter& parameter) {
  const auto& targets = parameter.targets;
  return targets.empty() || std::find(targets.begin(), targets.end(), "Resource") != targets.end();
}

fhir::Result<const fhir::SearchParameter*> reference_parameter(std::string_view type,
                                                               std::string_view code,
                                                               const CriterionOptions& options) {
  const fhir::SearchParameter* parameter =
      options.operands.definitions.search_parameter(type, code);
  if (parameter == nullptr) return unknown_parameter(type, code);
  if (parameter->type != fhir::SearchParameterType::reference) {
    return failure(IssueType::invalid, quoted(code) + " is no reference to chain through");
  }
  if (!options.allow_chains) {
    return failure(IssueType::not_supported, "chains and `_has` are not taken here");
  }
  return parameter;
}

/// `end`: which way the reference is followed.
fhir::Result<Criterion> link_to(const fhir::SearchParameter* parameter, std::string_view target,
                                const AtOtherEnd& inner,
                                std::unique_ptr<Criterion> Criterion::*end = &Criterion::chained) {
  Criterion criterion;
  criterion.parameter = parameter;
  criterion.target_type = target;
  FHIR_TRY(matched, inner(target));
  criterion.*end = std::make_unique<Criterion>(std::move(matched));
  return criterion;
}

std::size_t ends_of(const Criterion& criterion) {
  if (criterion.chained) return ends_of(*criterion.chained);
  if (criterion.reverse_chained) return ends_of(*criterion.reverse_chained);
  std::size_t ends = criterion.parts.empty() ? 1 : 0;
  for (const Criterion& part : criterion.parts) ends += ends_of(part);
  return ends;
}

/// "the chain … may lead to several types": those for which it can go on. `focus.subject:Patient`
/// is no mistake because there are types whose subject is no Patient.
fhir::Result<Criterion> link_to_any(const fhir::SearchParameter* parameter,
                                    std::span<const std::string_view> targets,
                                    const AtOtherEnd& inner) {
  Criterion any;
  any.combination = Combination::any;
  std::optional<Issue> problem;
  for (const std::string_view target : targets) {
    auto one = link_to(parameter, target, inner);
    if (one) {
      any.parts.push_back(*std::move(one));
      FHIR_CHECK(check_ends(any));
    } else if (one.error().type == IssueType::too_costly) {
      return one;
    } else if (!problem || (is_unknown_parameter(*problem) && !is_unknown_parameter(one.error()))) {
      problem = std::move(one).error();
    }
  }
  if (any.parts.size() == 1) return std::move(any.parts.front());
  if (any.parts.empty() && problem) return fhir::unexpected(*std::move(problem));
  return any;
}

}  // namespace

Link split_link(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {text, {}};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

fhir::Result<Criterion> chain(std::string_view type, const Link& link,
                              const CriterionOptions& options, const AtOtherEnd& inner) {
  const fhir::DefinitionStore& definitions = options.operands.definitions;
  FHIR_TRY(parameter, reference_parameter(type, link.code, options));
  if (!link.modifier.empty()) {
    if (!is_resource_type(link.modifier, definitions)) {
      return failure(IssueType::invalid, quoted(link.modifier) + " is no resource type");
    }
    FHIR_CHECK(check_target(*parameter, link.modifier));
    return link_to(parameter, link.modifier, inner);
  }
  const std::string_view only = only_target(*parameter);
  if (!only.empty()) return link_to(parameter, only, inner);
  return link_to_any(parameter,
                     leads_anywhere(*parameter) ? definitions.resource_types() : parameter->targets,
                     inner);
}

fhir::Result<Criterion> reverse_chain(std::string_view source, std::string_view code,
                                      const CriterionOptions& options, const AtOtherEnd& inner) {
  if (!is_resource_type(source, options.operands.definitions)) {
    return failure(IssueType::invalid, quoted(source) + " is no resource type");
  }
  FHIR_TRY(parameter, reference_parameter(source, code, options));
  return link_to(parameter, source, inner, &Criterion::reverse_chained);
}

fhir::Result<Has> split_has(std::string_view name) {
  name.remove_prefix(name.find(':') + 1);
  const std::size_t first = name.find(':');
  const std::size_t second = first == std::string_view::npos ? first : name.find(':', first + 1);
  if (second == std::string_view::npos) {
    return failure(IssueType::invalid, "`_has` is written `_has:Type:reference:parameter`");
  }
  return Has{name.substr(0, first), name.substr(first + 1, second - first - 1),
             name.substr(second + 1)};
}

fhir::Result<void> check_depth(std::size_t links) {
  if (links <= k_chain_depth_max) return {};
  return failure(IssueType::too_costly,
                 "a chain has at most " + std::to_string(k_chain_depth_max) + " links");
}

fhir::Result<void> check_ends(const Criterion& criterion) {
  if (ends_of(criterion) <= k_chain_ends_max) return {};
  return failure(IssueType::too_costly,
                 "the chains lead to more than " + std::to_string(k_chain_ends_max) +
                     " tests in all: name the types that references lead to");
}

fhir::Result<void> check_target(const fhir::SearchParameter& parameter, std::string_view target) {
  const auto& targets = parameter.targets;
  if (target.empty() || leads_anywhere(parameter) ||
      std::find(targets.begin(), targets.end(), target) != targets.end()) {
    return {};
  }
  return failure(IssueType::invalid, "this parameter refers to no " + std::string(target));
}

fhir::Unexpected<Issue> unknown_parameter(std::string_view resource_type, std::string_view code) {
  Issue issue = fhir::make_issue(
      fhir::Situation::malformed, IssueType::not_supported,
      std::string(resource_type) + " has no search parameter " + quoted(code) + " on this server");
  issue.rule = k_unknown_rule;
  return fhir::unexpected(std::move(issue));
}

bool is_unknown_parameter(const Issue& issue) { return issue.rule == k_unknown_rule; }

}  // namespace server::search
