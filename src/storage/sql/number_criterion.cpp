// Numbers and quantities. https://hl7.org/fhir/R4/search.html#number #quantity
#include <algorithm>

#include "src/search/canonical_unit.h"
#include "src/storage/sql/criteria.h"

namespace server::storage::sql {

using search::Operand;
using search::Prefix;

/// Rows are closed ranges, of one point for a plain number. "When a comparison prefix … is
/// provided, the implicit precision of the number is ignored, and they are treated as if they have
/// arbitrarily high precision"; without one, the search value stands for [number_low, number_high).
SqlText number_condition(const std::string& low, const std::string& high, const Operand& operand) {
  SqlText text;
  const bool is_point = operand.number_low >= operand.number_high;
  switch (operand.prefix) {
    case Prefix::eq:
      (text << low << " >= ").bind(operand.number_low);
      if (is_point) {
        (text << " AND " << low << " <= ").bind(operand.number_low);
        (text << " AND " << high << " <= ").bind(operand.number_low);
      } else {
        (text << " AND " << low << " < ").bind(operand.number_high);
        (text << " AND " << high << " < ").bind(operand.number_high);
      }
      break;
    case Prefix::ne:
      (text << "(" << low << " < ").bind(operand.number_low);
      (text << " OR " << high << (is_point ? " > " : " >= ")).bind(operand.number_high) << ")";
      break;
    case Prefix::gt:
      (text << high << " > ").bind(operand.number);
      break;
    case Prefix::ge:
      (text << high << " >= ").bind(operand.number);
      break;
    case Prefix::lt:
      (text << low << " < ").bind(operand.number);
      break;
    case Prefix::le:
      (text << low << " <= ").bind(operand.number);
      break;
    case Prefix::sa:
      (text << low << " > ").bind(operand.number);
      break;
    case Prefix::eb:
      (text << low << " < ").bind(operand.number);
      (text << " AND " << high << " < ").bind(operand.number);
      break;
    case Prefix::co:  // of `_filter`: the range of the resource includes the value
      (text << low << " <= ").bind(operand.number);
      (text << " AND " << high << " >= ").bind(operand.number);
      break;
    case Prefix::sw:
    case Prefix::ew:
    case Prefix::po:
      return SqlText("1 = 0");  // of texts and dates only
    case Prefix::ap:            // never less than the value's own precision
      (text << low << " <= ")
          .bind(std::max(operand.number + operand.tolerance, operand.number_high));
      (text << " AND " << high << " >= ")
          .bind(std::min(operand.number - operand.tolerance, operand.number_low));
      break;
  }
  return text;
}

fhir::Result<void> CriteriaCompiler::add_ranges(Condition& condition, std::int64_t param,
                                                IndexKind kind, const Criterion& criterion) {
  for (const Operand& operand : criterion.alternatives) {
    std::optional<std::int64_t> system, base_units;
    if (kind == IndexKind::quantity && !operand.system.empty()) {
      FHIR_TRY(known, catalog_.system(operand.system));
      if (!known) continue;
      system = known;
    } else if (kind == IndexKind::quantity) {
      FHIR_TRY(known, catalog_.system(search::k_canonical_units));
      base_units = known;
    }
    const auto make = [&] {
      Branch one = branch(kind, param);
      const std::string name = alias_of(one);
      one.where << " AND " << number_condition(name + ".low", name + ".high", operand);
      one.range = one.where;
      if (kind == IndexKind::quantity) {
        if (system) (one.where << " AND " << name << ".system = ").bind(*system);
        if (base_units) (one.where << " AND " << name << ".system <> ").bind(*base_units);
        if (!operand.code.empty()) (one.where << " AND " << name << ".code = ").bind(operand.code);
      }
      return one;
    };
    const bool looks_at_end = operand.prefix == Prefix::gt || operand.prefix == Prefix::ge ||
                              operand.prefix == Prefix::ap || operand.prefix == Prefix::co;
    condition.filter.push_back(make());
    if (!looks_at_end) {
      condition.driver.push_back(condition.filter.back());
      continue;
    }
    // A point ends where it begins; the few true ranges have an index of their own.
    double start = operand.number;
    if (operand.prefix == Prefix::ap) {
      start = std::min(start - operand.tolerance, operand.number_low);
    }
    Branch points = make(), ranges = make();
    const std::string range = alias_of(ranges);
    for (SqlText* text : {&points.where, &points.range})
      (*text << " AND " << alias_of(points) << ".low >= ").bind(start);
    for (SqlText* text : {&ranges.where, &ranges.range})
      (*text << " AND " << range << ".low < " << range << ".high AND " << range << ".high >= ")
          .bind(start);
    condition.driver.push_back(std::move(points));
    condition.driver.push_back(std::move(ranges));
  }
  return {};
}

fhir::Result<Condition> CriteriaCompiler::compile_numbers(std::int64_t param,
                                                          const Criterion& criterion) {
  if (criterion.modifier != search::Modifier::none) {
    return fhir::unexpected(not_supported(criterion));
  }
  Condition condition;
  FHIR_CHECK(add_ranges(condition, param, IndexKind::number, criterion));
  return condition;
}

fhir::Result<Condition> CriteriaCompiler::compile_quantities(std::int64_t param,
                                                             const Criterion& criterion) {
  if (criterion.modifier != search::Modifier::none) {
    return fhir::unexpected(not_supported(criterion));
  }
  Condition condition;
  FHIR_CHECK(add_ranges(condition, param, IndexKind::quantity, criterion));
  return condition;
}

}  // namespace server::storage::sql
