// From an index row back to the search that must find it: how tests go through everything that was
// indexed. https://hl7.org/fhir/R4/search.html
#pragma once

#include <string>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "src/search/index_rows.h"

namespace server::search {

/// One parameter of a search URL: decoded, the value's separators escaped.
struct RowQuery {
  std::string name;
  std::string value;
};

/// A query that the row's resource must be among the matches of, as narrow as one parameter can be:
/// exact for all but ranges that no single value has the precision of, which are asked for by an
/// end.
RowQuery query_of(const TokenRow& row);
RowQuery query_of(const TextRow& row);
RowQuery query_of(const StringRow& row);
RowQuery query_of(const DateRow& row);
RowQuery query_of(const NumberRow& row);
RowQuery query_of(const QuantityRow& row);
RowQuery query_of(const ReferenceRow& row);
RowQuery query_of(const UriRow& row);
RowQuery query_of(const CompositeRow& row, const fhir::DefinitionStore& definitions);

/// One for each row, table by table.
std::vector<RowQuery> queries_of(const IndexRows& rows, const fhir::DefinitionStore& definitions);

}  // namespace server::search
