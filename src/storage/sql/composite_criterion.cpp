// https://hl7.org/fhir/R4/search.html#combining
#include "src/search/canonical_unit.h"
#include "src/storage/sql/criteria.h"

namespace server::storage::sql {
namespace {

using search::Operand;

constexpr std::size_t k_parts_max = 3;

}  // namespace

/// Of any type where only an id was given; a url that ends with the id is not meant.
void CriteriaCompiler::match_component_id(SqlText& where, const std::string& column,
                                          const Operand& part) {
  if (!part.type.empty()) {
    (where << " AND " << column << " = ").bind(part.type + "/" + part.id);
    return;
  }
  const std::string end = "/" + part.id;
  where << " AND ";
  where.bind_in(dialect_.ends_with(column, end.size()), end) << " AND NOT ";
  where.bind_in("(" + dialect_.contains(column) + ")", ":");
}

/// The operand's own members tell what a component is matched by: a reference has an id, a date a
/// span, a number its value or precision, a string its folded form, a token a code or a system.
fhir::Result<Condition> CriteriaCompiler::compile_composites(std::int64_t param,
                                                             const Criterion& criterion) {
  if (criterion.modifier != search::Modifier::none) {
    return fhir::unexpected(not_supported(criterion));
  }
  Condition condition;
  for (const Operand& operand : criterion.alternatives) {
    if (operand.parts.size() > k_parts_max) return fhir::unexpected(not_supported(criterion));
    Branch one = branch(IndexKind::composite, param);
    bool is_possible = true;
    for (std::size_t at = 0; at < operand.parts.size(); ++at) {
      const Operand& part = operand.parts[at];
      const std::string number = std::to_string(at + 1);
      const auto column = [&](std::string_view name) {
        return alias_of(one) + "." + std::string(name) + number;
      };
      const auto match_system = [&]() -> fhir::Result<void> {
        FHIR_TRY(system, catalog_.system(part.system));
        if (!system) is_possible = false;
        (one.where << " AND " << column("system") << " = ").bind(system.value_or(-1));
        return {};
      };
      const bool is_number = part.number != 0 || part.number_low != 0 || part.number_high != 0;
      if (!part.id.empty()) {
        match_component_id(one.where, column("text"), part);
      } else if (part.low != 0 || part.high != 0) {
        one.where << " AND "
                  << date_condition(column("low"), column("high"), part, catalog_.now_ms());
      } else if (is_number) {
        one.where << " AND " << number_condition(column("low"), column("high"), part);
        if (part.system.empty()) {
          FHIR_TRY(base_units, catalog_.system(search::k_canonical_units));
          if (base_units) (one.where << " AND " << column("system") << " <> ").bind(*base_units);
        } else {
          FHIR_CHECK(match_system());
        }
        if (!part.code.empty()) {
          (one.where << " AND " << column("text") << " = ").bind(part.code);
        }
      } else if (!part.folded.empty()) {
        one.where << " AND " << prefix_condition(column("text"), part.folded);
      } else if (!part.code.empty() || part.has_system) {
        if (!part.code.empty()) {
          (one.where << " AND " << column("text") << " = ").bind(part.code);
          if (at == 0) one.ordered = true;
        }
        if (part.has_system) FHIR_CHECK(match_system());
      } else if (!part.text.empty()) {
        (one.where << " AND " << column("text") << " = ").bind(part.text);
      } else {  // the number 0, written without precision
        one.where << " AND " << number_condition(column("low"), column("high"), part);
      }
    }
    if (is_possible) condition.add(std::move(one));
  }
  return condition;
}

}  // namespace server::storage::sql
