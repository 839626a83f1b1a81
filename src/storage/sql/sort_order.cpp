#include "src/storage/sql/sort_order.h"

#include "src/search/canonical_unit.h"
#include "src/search/full_text_query.h"
#include "src/storage/sql/full_text.h"
#include "src/storage/sql/schema.h"

namespace server::storage::sql {
namespace {

using fhir::SearchParameterType;

struct Place {
  IndexKind kind;
  std::string_view column;
};

std::optional<Place> place_of(SearchParameterType type) {
  switch (type) {
    case SearchParameterType::token:
      return Place{IndexKind::token, "code"};
    case SearchParameterType::string:
      return Place{IndexKind::string, "folded"};
    case SearchParameterType::date:
      return Place{IndexKind::date, "low"};
    case SearchParameterType::number:
      return Place{IndexKind::number, "low"};
    case SearchParameterType::quantity:
      return Place{IndexKind::quantity, "low"};
    case SearchParameterType::reference:
      return Place{IndexKind::reference, "target"};
    case SearchParameterType::uri:
      return Place{IndexKind::uri, "value"};
    default:
      return {};
  }
}

}  // namespace

SqlText SortColumn::value(const std::string& rid, const std::string& alias) const {
  SqlText text;
  if (!match.empty()) {
    return text << "(WITH " << alias << " AS MATERIALIZED (" << ranked(match) << ") SELECT "
                << alias << ".score FROM " << alias << " WHERE " << alias << ".rid = " << rid
                << ")";
  }
  if (table.empty()) return SqlText("NULL");
  const std::string name = alias + "." + column;
  if (is_of_resource()) {
    return text << "(SELECT " << name << " FROM resource " << alias << " WHERE " << alias
                << ".rid = " << rid << ")";
  }
  (text << "(SELECT " << (descending ? "max(" : "min(") << name << ") FROM " << table << " "
        << alias << " WHERE " << alias << ".rid = " << rid << " AND " << alias << ".param = ")
      .bind(param);
  if (without_system) (text << " AND " << alias << ".system <> ").bind(*without_system);
  if (of_whole_texts) text << " AND " << alias << ".exact <> ''";
  return text << ")";
}

fhir::Result<std::vector<SortColumn>> sort_columns(Catalog& catalog, std::int64_t type,
                                                   const search::Query& query) {
  std::vector<SortColumn> columns;
  for (const search::SortKey& key : query.sort) {
    SortColumn column;
    column.descending = key.descending;
    const std::string_view code = key.parameter->code;
    if (code == "_id" || code == "_lastUpdated") {
      column.table = "resource";
      column.column = code == "_id" ? "id" : "last_updated";
      columns.push_back(std::move(column));
      continue;
    }
    if (key.parameter == &search::score_parameter()) {
      column.match = match_of(query.criteria);
      if (column.match.empty()) {
        return fhir::unexpected(fhir::make_issue(
            fhir::Situation::malformed, fhir::IssueType::invalid,
            "Sorting by _score needs _text or _content: there is no relevance without them"));
      }
      columns.push_back(std::move(column));
      continue;
    }
    const auto place = place_of(key.parameter->type);
    if (!place) {
      return fhir::unexpected(
          fhir::make_issue(fhir::Situation::not_implemented, fhir::IssueType::not_supported,
                           "Sorting by " + std::string(code) + " is not supported"));
    }
    if (const auto param = catalog.parameter(type, key.parameter->url)) {
      column.table = index_table(place->kind).name;
      column.column = place->column;
      column.param = *param;
      column.of_whole_texts = place->kind == IndexKind::string;
      if (place->kind == IndexKind::quantity) {
        FHIR_TRY(base_units, catalog.system(search::k_canonical_units));
        column.without_system = base_units;
      }
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

SqlText after_cursor(const std::vector<SortColumn>& columns, const Cursor& cursor,
                     const std::vector<std::string>& keys, const std::string& rid) {
  const bool rid_descends = !columns.empty() && columns.front().descending;
  SqlText text;
  (text << rid << (rid_descends ? " < " : " > ")).bind(cursor.rid);
  for (std::size_t at = keys.size(); at-- > 0;) {
    const Value& value = cursor.keys[at];
    SqlText outer;
    if (value.index() == 0) {  // without a value: only such follow
      outer << "(" << keys[at] << " IS NULL AND (" << text << "))";
    } else {
      (outer << "(" << keys[at] << (columns[at].descending ? " < " : " > ")).bind(value);
      (outer << " OR " << keys[at] << " IS NULL OR (" << keys[at] << " = ").bind(value);
      outer << " AND (" << text << ")))";
    }
    text = std::move(outer);
  }
  return text;
}

std::string order_by(const std::vector<SortColumn>& columns, const std::vector<std::string>& keys,
                     const std::string& rid) {
  std::string text = " ORDER BY ";
  for (std::size_t at = 0; at < keys.size(); ++at) {
    text += keys[at] + " IS NULL, " + keys[at] + (columns[at].descending ? " DESC, " : ", ");
  }
  text += rid;
  if (!columns.empty() && columns.front().descending) text += " DESC";
  return text;
}

}  // namespace server::storage::sql
