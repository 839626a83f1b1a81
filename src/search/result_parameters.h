// The parameters that shape an answer: _count, _sort, _include, _total, _summary, _elements.
// https://hl7.org/fhir/R4/search.html#return
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"
#include "src/search/query.h"

namespace server::search {

/// Whether the name, without a modifier, is one of those above, `_format` or `_pretty`.
bool is_result_parameter(std::string_view name);

/// Reads them into a query, one at a time; remembers which were given already.
class ResultParameters {
 public:
  ResultParameters(const fhir::DefinitionStore& definitions, std::uint32_t count_max)
      : definitions_(definitions), count_max_(count_max) {}

  /// returns    the value that was used: a _count above the limit is the limit
  /// errors     value: malformed · invalid: given twice · not-supported: sorting by what cannot be
  ///            sorted by, or a parameter that the type does not have
  fhir::Result<std::string> read(std::string_view name, std::string_view value, Query& query);

 private:
  fhir::Result<std::string> read_count(std::string_view value, Query& query) const;
  fhir::Result<void> read_sort(std::string_view value, Query& query) const;
  fhir::Result<void> read_include(std::string_view modifier, std::string_view value, bool reverse,
                                  Query& query) const;

  const fhir::DefinitionStore& definitions_;
  std::uint32_t count_max_;
  std::vector<std::string> seen_;
};

}  // namespace server::search
