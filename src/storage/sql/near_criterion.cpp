// https://hl7.org/fhir/R4/location.html#search
#include "src/search/position.h"
#include "src/storage/sql/criteria.h"

namespace server::storage::sql {
namespace {

constexpr std::size_t k_rows_of_cells_max = 40;

/// a² as SQL.
SqlText squared(const std::string& column, double from) {
  SqlText text;
  (text << "(" << column << " - ").bind(from);
  (text << ") * (" << column << " - ").bind(from);
  return text << ")";
}

}  // namespace

/// Exact on the sphere by the straight distance of points; found by the cells around the place, or,
/// where those are many, among all that have a place.
fhir::Result<Condition> CriteriaCompiler::compile_near(std::int64_t param,
                                                       const Criterion& criterion) {
  Condition condition;
  for (const Operand& operand : criterion.alternatives) {
    const search::Position place{operand.number_low, operand.number_high};
    const search::SpherePoint point = search::on_sphere(place);
    const auto make = [&] {
      Branch one = branch(IndexKind::composite, param);
      const std::string name = alias_of(one);
      one.where << " AND " << squared(name + ".low2", point.x) << " + "
                << squared(name + ".high2", point.y) << " + " << squared(name + ".low3", point.z);
      (one.where << " <= ").bind(search::squared_chord(operand.tolerance));
      return one;
    };
    condition.filter.push_back(make());
    const auto cells = search::cells_around(place, operand.tolerance, k_rows_of_cells_max);
    if (cells.empty()) condition.driver.push_back(make());
    for (const search::CellRange& range : cells) {
      Branch one = make();
      const std::string cell = alias_of(one) + ".text1";
      (one.where << " AND " << cell << " >= ").bind(range.first);
      (one.where << " AND " << cell << " <= ").bind(range.last);
      condition.driver.push_back(std::move(one));
    }
  }
  return condition;
}

}  // namespace server::storage::sql
