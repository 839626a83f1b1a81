// https://hl7.org/fhir/R4/search.html#token
#include <map>

#include "src/storage/sql/criteria.h"

namespace server::storage::sql {

using search::Modifier;

namespace {

constexpr std::int64_t k_any_system = -1;

}  // namespace

/// code, system|code, |code, system|. Many of them are gathered by their systems, each a list that
/// is looked up in the order of the index.
fhir::Result<Condition> CriteriaCompiler::compile_tokens(std::int64_t param,
                                                         const Criterion& criterion) {
  switch (criterion.modifier) {
    case Modifier::none:
    case Modifier::not_:
    case Modifier::identifier:
      break;
    case Modifier::text:
    case Modifier::text_advanced:
      return compile_texts(param, criterion);
    case Modifier::of_type:
      return compile_of_type(param, criterion);
    case Modifier::compared:
      return compile_compared_tokens(param, criterion);
    case Modifier::code_text:
      return compile_code_texts(param, criterion);
    case Modifier::above:
    case Modifier::below:
      return compile_media_types(param, criterion);
    default:
      return fhir::unexpected(not_supported(criterion));
  }
  Condition condition;
  condition.negated = criterion.modifier == Modifier::not_;
  const bool is_gathered = criterion.alternatives.size() > k_branches_max;
  std::map<std::int64_t, SqlText> lists;  // by system
  for (const Operand& operand : criterion.alternatives) {
    FHIR_TRY(system, catalog_.system(operand.system));
    if (operand.has_system && !system) continue;  // nobody has this system
    if (is_gathered && !operand.code.empty()) {
      SqlText& list = lists[operand.has_system ? *system : k_any_system];
      (list << (list.empty() ? "" : ", ")).bind(operand.code);
      continue;
    }
    Branch one = branch(IndexKind::token, param);
    const std::string name = alias_of(one);
    if (!operand.code.empty() || !operand.has_system) {
      (one.where << " AND " << name << ".code = ").bind(operand.code);
      one.ordered = true;
    }
    if (operand.has_system) (one.where << " AND " << name << ".system = ").bind(*system);
    condition.add(std::move(one));
  }
  for (const auto& [system, list] : lists) {
    const auto make = [&, &system = system, &list = list](bool is_looked_up) {
      Branch one = branch(IndexKind::token, param);
      const std::string name = alias_of(one);
      const std::string code = name + ".code";
      one.where << " AND " << (is_looked_up ? code : dialect_.unindexed(code)) << " IN (" << list
                << ")";
      if (system != k_any_system) (one.where << " AND " << name << ".system = ").bind(system);
      return one;
    };
    condition.driver.push_back(make(true));
    // A resource has a few codes: those are looked for in the list, not each of the list with it.
    condition.filter.push_back(make(false));
  }
  return condition;
}

/// R5's :code-text: "the textual value of the code starts with" what is asked, case and all.
fhir::Result<Condition> CriteriaCompiler::compile_code_texts(std::int64_t param,
                                                             const Criterion& criterion) {
  Condition condition;
  for (const Operand& operand : criterion.alternatives) {
    Branch one = branch(IndexKind::token, param);
    one.where << " AND " << prefix_condition(alias_of(one) + ".code", operand.text);
    condition.add(std::move(one));
  }
  return condition;
}

/// `image` is above `image/png`, which is above `image/png;q=1`.
fhir::Result<Condition> CriteriaCompiler::compile_media_types(std::int64_t param,
                                                              const Criterion& criterion) {
  Condition condition;
  for (const Operand& operand : criterion.alternatives) {
    Branch one = branch(IndexKind::token, param);
    const std::string code = alias_of(one) + ".code";
    if (criterion.modifier == Modifier::below) {
      (one.where << " AND (" << code << " = ").bind(operand.code);
      one.where << " OR " << prefix_condition(code, operand.code + "/");
      one.where << " OR " << prefix_condition(code, operand.code + ";") << ")";
    } else {
      (one.where << " AND " << code << " IN (").bind(operand.code);
      for (std::size_t end = operand.code.find_last_of("/;"); end != std::string::npos && end > 0;
           end = operand.code.find_last_of("/;", end - 1)) {
        (one.where << ", ").bind(operand.code.substr(0, end));
      }
      one.where << ")";
    }
    condition.add(std::move(one));
  }
  return condition;
}

}  // namespace server::storage::sql
