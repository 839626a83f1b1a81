#include "src/storage/sql/criteria.h"

#include <array>
#include <utility>

#include "src/search/full_text_query.h"
#include "src/search/operand.h"
#include "src/storage/sql/full_text.h"

namespace server::storage::sql {

using fhir::SearchParameterType;
using search::Modifier;

fhir::Issue not_supported(const search::Criterion& criterion) {
  static constexpr std::array<std::string_view, 16> k_modifiers{
      "",        ":missing",   ":exact",         ":contains",      ":text",    ":not",
      ":in",     ":not-in",    ":above",         ":below",         ":of-type", ":identifier",
      ":[type]", ":code-text", ":text-advanced", " by an operator"};
  return fhir::make_issue(
      fhir::Situation::not_implemented, fhir::IssueType::not_supported,
      "Search by " + std::string(criterion.parameter->code) +
          std::string(k_modifiers[static_cast<std::size_t>(criterion.modifier)]) +
          " is not supported");
}

std::string alias_of(const Branch& branch) {
  return branch.from.substr(branch.from.rfind(' ') + 1);
}

Branch CriteriaCompiler::branch(IndexKind kind, std::int64_t param) {
  const std::string name = alias();
  Branch made;
  made.from = std::string(index_table(kind).name) + " " + name;
  made.rid = name + ".rid";
  (made.where << name << ".param = ").bind(param);
  return made;
}

fhir::Result<Condition> CriteriaCompiler::compile(std::int64_t type, const Criterion& criterion) {
  if (criterion.alternatives.size() >
      (criterion.is_expanded ? k_expanded_max : k_alternatives_max)) {
    return fhir::unexpected(fhir::make_issue(
        fhir::IssueType::too_costly, "More than " + std::to_string(k_alternatives_max) +
                                         " values for " + std::string(criterion.parameter->code)));
  }
  const bool is_combination = criterion.combination != search::Combination::none;
  int& depth = is_combination ? combinations_ : links_;
  if (depth >= (is_combination ? k_combination_depth_max : k_chain_depth_max)) {
    return fhir::unexpected(fhir::make_issue(
        fhir::IssueType::too_costly,
        is_combination ? "The conditions are nested too deep" : "The chain has too many links"));
  }
  ++depth;
  auto compiled = is_combination                            ? compile_combination(type, criterion)
                  : criterion.set                           ? compile_set(type, criterion)
                  : criterion.reverse_chained               ? compile_reverse_chain(type, criterion)
                  : criterion.chained                       ? compile_chain(type, criterion)
                  : criterion.modifier == Modifier::missing ? compile_missing(type, criterion)
                                                            : compile_values(type, criterion);
  --depth;
  if (compiled && compiled->negated) compiled->can_drive = false;
  return compiled;
}

fhir::Result<Condition> CriteriaCompiler::compile_values(std::int64_t type,
                                                         const Criterion& criterion) {
  if (search::is_full_text(criterion)) return compile_full_text(type, match_of(criterion));
  if (criterion.parameter->code == "_id") return compile_ids(type, criterion);
  if (criterion.parameter->code == "_lastUpdated") return compile_last_updated(type, criterion);
  // A parameter that no resource has used yet has no rows, but its criterion is still checked.
  const std::int64_t param = catalog_.parameter(type, criterion.parameter->url).value_or(0);
  switch (criterion.parameter->type) {
    case SearchParameterType::token:
      return compile_tokens(param, criterion);
    case SearchParameterType::string:
      return compile_strings(param, criterion);
    case SearchParameterType::date:
      return compile_dates(param, criterion);
    case SearchParameterType::number:
      return compile_numbers(param, criterion);
    case SearchParameterType::quantity:
      return compile_quantities(param, criterion);
    case SearchParameterType::reference:
      return compile_references(param, criterion);
    case SearchParameterType::uri:
      return compile_uris(param, criterion);
    case SearchParameterType::composite:
      return compile_composites(param, criterion);
    case SearchParameterType::special:
      if (search::is_near(*criterion.parameter)) return compile_near(param, criterion);
      break;
  }
  return fhir::unexpected(not_supported(criterion));
}

/// "gender:missing=true will return all the resources that don't have a value for the gender
/// parameter".
fhir::Result<Condition> CriteriaCompiler::compile_missing(std::int64_t type,
                                                          const Criterion& criterion) {
  Condition condition;
  condition.negated = !criterion.alternatives.empty() && criterion.alternatives.front().missing;
  const std::string_view code = criterion.parameter->code;
  if (code == "_id" || code == "_lastUpdated") {  // every resource has them
    condition.negated = !condition.negated;
    return condition;
  }
  const std::int64_t param = catalog_.parameter(type, criterion.parameter->url).value_or(0);
  const auto add = [&](IndexKind kind) { condition.add(branch(kind, param)); };
  switch (criterion.parameter->type) {
    case SearchParameterType::token:
      add(IndexKind::token);
      add(IndexKind::text);  // one without a code
      break;
    case SearchParameterType::string:
      add(IndexKind::string);
      break;
    case SearchParameterType::date:
      add(IndexKind::date);
      break;
    case SearchParameterType::number:
      add(IndexKind::number);
      break;
    case SearchParameterType::quantity:
      add(IndexKind::quantity);
      break;
    case SearchParameterType::uri:
      add(IndexKind::uri);
      break;
    case SearchParameterType::composite:
    case SearchParameterType::special:  // near
      add(IndexKind::composite);
      break;
    case SearchParameterType::reference:
      add(IndexKind::reference);
      add(IndexKind::uri);
      add(IndexKind::token);  // one with an identifier only
      break;
  }
  return condition;
}

}  // namespace server::storage::sql
