#include "fhir/definitions/unit_table.h"

#include <array>
#include <optional>
#include <vector>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"

namespace fhir::definitions {
namespace {

constexpr std::string_view k_ucum = "http://unitsofmeasure.org";

/// A packed table: `config` names the columns, `data` holds the rows.
class Table {
 public:
  Table(const json::Value& root, std::string_view name) {
    if (const json::Value* table = root.find(name)) {
      columns_ = table->find("config");
      rows_ = table->find("data");
    }
  }

  std::span<const json::Value> rows() const { return json::items_of(rows_); }

  /// The cell of a row; null for a column that the table does not have.
  const json::Value* cell(const json::Value& row, std::string_view column) const {
    if (columns_ == nullptr) return nullptr;
    const auto names = columns_->items();
    for (std::size_t at = 0; at < names.size() && at < row.items().size(); ++at) {
      if (names[at].string() == column) return &row.items()[at];
    }
    return nullptr;
  }

  std::string_view text(const json::Value& row, std::string_view column) const {
    const json::Value* value = cell(row, column);
    return value != nullptr && !value->is_null() ? value->text() : std::string_view{};
  }

 private:
  const json::Value* columns_ = nullptr;
  const json::Value* rows_ = nullptr;
};

void append_prefix(json::Builder& out, const Table& table, const json::Value& row) {
  const std::string_view exponent = table.text(row, "exp_");
  const std::string value =
      exponent.empty() ? std::string(table.text(row, "value_")) : "1e" + std::string(exponent);
  out.begin_object()
      .string("code", table.text(row, "code_"))
      .string("name", table.text(row, "name_"))
      .string("value", value)
      .end_object();
}

void append_unit(json::Builder& out, const Table& table, const json::Value& row) {
  std::string_view factor = table.text(row, "baseFactorStr_");
  if (factor.empty()) factor = table.text(row, "baseFactor_");
  out.begin_object()
      .string("code", table.text(row, "csCode_"))
      .string("name", table.text(row, "name_"))
      .string("factor", factor)
      .string("unit", table.text(row, "csUnitString_"))
      .string("function", table.text(row, "cnv_"));
  for (const auto& [name, column] :
       {std::pair{"isBase", "isBase_"}, {"isMetric", "isMetric_"}, {"isArbitrary", "isArbitrary_"}})
    out.boolean(name, table.text(row, column) == "true");
  out.end_object();
}

}  // namespace

Result<RawRecord> read_unit_table(std::string text) {
  FHIR_TRY(document, json::Document::read(std::move(text)));
  const Table prefixes(document.root(), "prefixes");
  const Table units(document.root(), "units");
  if (prefixes.rows().empty() || units.rows().empty())
    return unexpected(make_issue(IssueType::structure, "It holds no table of units"));
  RawRecord record{"UnitTable", "ucum", std::string(k_ucum), {}, {}};
  json::Builder out(record.json);
  out.begin_object().string("resourceType", record.type).key("prefix").begin_array();
  for (const json::Value& row : prefixes.rows()) append_prefix(out, prefixes, row);
  out.end_array().key("unit").begin_array();
  for (const json::Value& row : units.rows()) {
    // The rest are common combinations, named for LOINC; the grammar builds them.
    if (units.text(row, "source_") == "UCUM") append_unit(out, units, row);
  }
  out.end_array().end_object();
  return record;
}

}  // namespace fhir::definitions
