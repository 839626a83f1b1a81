// https://hl7.org/fhir/R4/search.html#token
#include "src/storage/sql/criteria.h"

namespace server::storage::sql {

using search::Modifier;

fhir::Result<Condition> CriteriaCompiler::compile_tokens(std::int64_t param,
                                                         const Criterion& criterion) {
  Condition condition;
  const bool is_of_reference = criterion.modifier == Modifier::identifier;
  if (criterion.modifier != Modifier::none && criterion.modifier != Modifier::not_ &&
      !is_of_reference) {
    return fhir::unexpected(not_supported(criterion));
  }
  condition.negated = criterion.modifier == Modifier::not_;
  const bool is_merged = criterion.alternatives.size() > k_branches_max;
  Branch merged = branch(IndexKind::token, param);
  SqlText codes, pairs;
  for (const Operand& operand : criterion.alternatives) {
    FHIR_TRY(system, catalog_.system(operand.system));
    if (operand.has_system && !system) continue;  // nobody has this system
    Branch one = is_merged ? Branch{} : branch(IndexKind::token, param);
    const std::string name = alias_of(is_merged ? merged : one);
    SqlText match;
    if (!operand.code.empty() || !operand.has_system) {
      (match << name << ".code = ").bind(operand.code);
      one.ordered = true;
    }
    if (operand.has_system) {
      ((match << (match.empty() ? "" : " AND ") << name << ".system = ")).bind(*system);
    }
    if (is_merged) {
      (codes << (codes.empty() ? "" : ", ")).bind(operand.code);
      pairs << (pairs.empty() ? "(" : " OR (") << match << ")";
    } else {
      one.where << " AND " << match;
      condition.add(std::move(one));
    }
  }
  if (is_merged && !pairs.empty()) {
    bool all_have_codes = true;
    for (const Operand& operand : criterion.alternatives) all_have_codes &= !operand.code.empty();
    if (all_have_codes) merged.where << " AND " << alias_of(merged) << ".code IN (" << codes << ")";
    merged.where << " AND (" << pairs << ")";
    condition.add(std::move(merged));
  }
  return condition;
}

}  // namespace server::storage::sql
