// From the decoded parameters of a search URL to a Query. https://hl7.org/fhir/R4/search.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"
#include "src/search/query.h"

namespace server::search {

/// What becomes of parameters that the server does not know (Prefer: handling=…).
enum class Handling : std::uint8_t { strict, lenient };

struct ParseOptions {
  Handling handling = Handling::strict;
  std::string_view base_url;    // of this server, without a slash at the end
  std::int64_t now_utc_ms = 0;  // for values relative to now; no parameter has one yet
  std::uint32_t count_default = 50;
  std::uint32_t count_max = 1000;
  std::size_t parameters_max = 200;
  std::size_t alternatives_max = 1000;      // between the commas of one parameter
  std::size_t value_bytes_max = 64 * 1024;  // of one parameter
  bool allow_chains = false;                // chains and _has: whether the store answers them
};

/// Reads the parameters of a search on one resource type.
///
/// parameters     decoded name and value, in the order of the URL
/// returns        the query; `self` holds what was used, with _count as it was capped, and
/// `warnings`
///                what lenient handling passed over. _format and _pretty only go to `self`.
/// errors         every parameter that is wrong: value: a malformed value · not-supported: a
/// parameter
///                or modifier that the server has not · invalid: given twice, or a modifier that
///                does not apply · too-costly: a limit. All are malformed requests (400).
fhir::Result<Query, std::vector<fhir::Issue>> parse_query(
    std::string_view resource_type, std::span<const std::pair<std::string, std::string>> parameters,
    const fhir::DefinitionStore& definitions, const ParseOptions& options = {});

}  // namespace server::search
