// _id and _lastUpdated, which the resource table answers. https://hl7.org/fhir/R4/search.html#all
#include "src/storage/sql/criteria.h"

namespace server::storage::sql {

using search::Modifier;

fhir::Result<Condition> CriteriaCompiler::compile_ids(std::int64_t type,
                                                      const Criterion& criterion) {
  if (criterion.modifier != Modifier::none && criterion.modifier != Modifier::not_) {
    return fhir::unexpected(not_supported(criterion));
  }
  Condition condition;
  condition.negated = criterion.modifier == Modifier::not_;
  Branch one;
  const std::string name = alias();
  one.from = "resource " + name;
  one.rid = name + ".rid";
  (one.where << name << ".type = ").bind(type);
  const std::string id = name + ".id";
  one.where << " AND " << name << ".deleted = 0 AND "
            << (catalog_.is_of_contained(type) ? "substr(" + id + ", instr(" + id + ", '#') + 1)"
                                               : id)
            << " IN (";
  bool is_first = true;
  for (const Operand& operand : criterion.alternatives) {
    (one.where << (is_first ? "" : ", ")).bind(operand.id.empty() ? operand.code : operand.id);
    is_first = false;
  }
  one.where << ")";
  if (!is_first) condition.add(std::move(one));
  return condition;
}

fhir::Result<Condition> CriteriaCompiler::compile_last_updated(std::int64_t type,
                                                               const Criterion& criterion) {
  if (criterion.modifier != Modifier::none) return fhir::unexpected(not_supported(criterion));
  Condition condition;
  for (const Operand& operand : criterion.alternatives) {
    Branch one;
    const std::string name = alias();
    one.from = "resource " + name;
    one.rid = name + ".rid";
    (one.where << name << ".type = ").bind(type);
    one.where << " AND " << name << ".version_id > 0 AND " << name << ".deleted = 0 AND ";
    one.where << date_condition(name + ".last_updated", "(" + name + ".last_updated + 1)", operand,
                                catalog_.now_ms());
    // A point of time ends where it begins: this bound lets the index be used.
    if (operand.prefix == search::Prefix::gt || operand.prefix == search::Prefix::ge) {
      (one.where << " AND " << name << ".last_updated >= ").bind(operand.low);
    }
    condition.add(std::move(one));
  }
  return condition;
}

}  // namespace server::storage::sql
