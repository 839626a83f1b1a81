#include "src/policy/role_compiler.h"

#include <algorithm>
#include <utility>

#include "src/policy/patient_compartment.h"
#include "src/policy/placeholder.h"
#include "src/search/compartment.h"
#include "src/search/full_text_query.h"
#include "src/search/percent.h"
#include "src/search/query_parser.h"

namespace server::policy {
namespace {

using search::Combination;
using search::Criterion;

bool is_among(const std::vector<std::string_view>& types, std::string_view type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

std::string_view type_of(const Placed& filter) {
  return std::string_view(filter.text).substr(0, filter.text.find('?'));
}

/// Whether a query can be held to it, and the writes too.
bool is_enforceable(const Criterion& criterion) {
  return criterion.reverse_chained == nullptr && criterion.hierarchy.empty() &&
         (criterion.combination != Combination::none || !search::is_full_text(criterion)) &&
         (!criterion.chained || is_enforceable(*criterion.chained)) &&
         std::all_of(criterion.parts.begin(), criterion.parts.end(), is_enforceable);
}

}  // namespace

fhir::Result<Role> RoleCompiler::compile() {
  for (const RuleText& rule : rules_) FHIR_CHECK(add_rule(rule));
  role_.shades_.finish(definitions_);
  const auto types = definitions_.resource_types();
  role_.reads_everything_ =
      role_.shades_.is_empty() && std::all_of(types.begin(), types.end(), [&](auto type) {
        const auto rules = role_.types_.find(type);
        return rules != role_.types_.end() && (rules->second.whole & k_reading) == k_reading;
      });
  return std::move(role_);
}

fhir::Result<std::vector<std::string_view>> RoleCompiler::types_of(const RuleText& rule) const {
  const auto all = definitions_.resource_types();
  const auto known = [&](const Placed& name) -> fhir::Result<std::string_view> {
    const auto found = std::find(all.begin(), all.end(), name.text);
    if (found == all.end())
      return wrong_in(file_, name.line, "`" + name.text + "` is no resource type");
    return *found;
  };
  std::vector<std::string_view> types;
  for (const Placed& name : rule.types) {
    if (name.text == "*") {
      types.assign(all.begin(), all.end());
    } else if (name.text == "compartment") {
      if (rule.compartment.text.empty())
        return wrong_in(file_, name.line, "the rule's types are of a compartment, but it has none");
      for (const std::string_view type : search::compartment_types(
               rule.compartment.text == "patient" ? "Patient" : "Practitioner", definitions_)) {
        if (!is_among(types, type)) types.push_back(type);
      }
    } else {
      FHIR_TRY(type, known(name));
      if (!is_among(types, type)) types.push_back(type);
    }
  }
  for (const Placed& name : rule.except) {
    FHIR_TRY(type, known(name));
    std::erase(types, type);
  }
  return types;
}

fhir::Result<void> RoleCompiler::add_rule(const RuleText& rule) {
  FHIR_TRY(types, types_of(rule));
  for (const Placed& filter : rule.filters) {
    if (!is_among(types, type_of(filter)))
      return wrong_in(file_, filter.line,
                      "the filter `" + filter.text + "` is of none of the rule's types");
  }
  for (const std::string_view type : types) FHIR_CHECK(add_to_type(rule, type));
  return add_shades(rule, types);
}

fhir::Result<void> RoleCompiler::add_to_type(const RuleText& rule, std::string_view type) {
  Role::OfType& rules = role_.types_[std::string(type)];
  for (const Placed& operation : rule.operations) {
    rules.operations.insert(operation.text);
    role_.operations_.insert(operation.text);
  }
  Role::Limit limit;
  limit.interactions = rule.interactions;
  for (const Placed& text : rule.filters) {
    if (type_of(text) != type) continue;
    FHIR_TRY(criterion, filter(text, type));
    limit.any.push_back(std::move(criterion));
  }
  if (!rule.compartment.text.empty())
    limit.compartment = rule.compartment.text == "patient" ? Role::Compartment::patient
                                                           : Role::Compartment::practitioner;
  if (limit.any.empty() && limit.compartment == Role::Compartment::none) {
    rules.whole |= rule.interactions;
  } else if (limit.interactions != 0) {
    rules.limits.push_back(std::move(limit));
  }
  return {};
}

fhir::Result<void> RoleCompiler::add_shades(const RuleText& rule,
                                            const std::vector<std::string_view>& types) {
  const auto add = [&](const Placed& path, ShadeNode::Fate fate) -> fhir::Result<void> {
    const std::string_view type = std::string_view(path.text).substr(0, path.text.find('.'));
    auto done = role_.shades_.add(path.text, fate, definitions_);
    if (!done) return wrong_in(file_, path.line, std::move(done).error().diagnostics);
    if (!is_among(types, type))
      return wrong_in(file_, path.line, "`" + path.text + "` is of none of the rule's types");
    return {};
  };
  for (const Placed& path : rule.hidden) FHIR_CHECK(add(path, ShadeNode::Fate::hidden));
  for (const Placed& path : rule.masked) FHIR_CHECK(add(path, ShadeNode::Fate::masked));
  return {};
}

/// All parameters of one filter together.
fhir::Result<Criterion> RoleCompiler::filter(const Placed& text, std::string_view type) const {
  const auto refuse = [&](std::string_view why) {
    return wrong_in(file_, text.line, "the filter `" + text.text + "`: " + std::string(why));
  };
  const std::size_t mark = text.text.find('?');
  if (mark == std::string::npos) return refuse("it is a search, as `Observation?category=x`");
  auto parameters = search::split_query(with_marks(std::string_view(text.text).substr(mark + 1)));
  if (!parameters) return refuse(parameters.error().diagnostics);
  search::ParseOptions options;
  options.allow_chains = true;
  auto query = search::parse_query(type, *parameters, definitions_, options);
  if (!query) return refuse(query.error().front().diagnostics);
  const bool is_filter = !query->criteria.empty() && query->includes.empty() &&
                         query->sort.empty() && query->elements.empty() && !query->results_max &&
                         query->summary == search::Summary::none && query->warnings.empty() &&
                         query->contained == search::Contained::no;
  if (!is_filter) return refuse("it has parameters that filter, and no others");
  for (const Criterion& criterion : query->criteria) {
    if (!is_enforceable(criterion))
      return refuse("_has, _list, full text, :above and :below cannot be held to");
    if (has_stray_mark(criterion))
      return refuse("{user} and {patient} stand for a whole reference or id, without a modifier");
  }
  return combined(Combination::all, std::move(query->criteria));
}

}  // namespace server::policy
