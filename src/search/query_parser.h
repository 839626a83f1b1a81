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
#include "fhir/model/unit_system.h"
#include "src/search/concepts.h"
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
  const fhir::UnitSystem* units = nullptr;  // null: quantities match in the unit as written only
  bool allow_chains = false;                // chains and _has: whether the store answers them
  const Concepts* concepts = nullptr;       // null: modifiers that need a terminology are refused
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

/// Reads the parameters of a search of several types, each of which must have every parameter: the
/// query's `types` hold one query each, in the order of `resource_types`.
///
/// resource_types   not empty; `_type` is not among the parameters
/// errors           those of parse_query(), of the first type that has any
fhir::Result<Query, std::vector<fhir::Issue>> parse_types_query(
    std::span<const std::string_view> resource_types,
    std::span<const std::pair<std::string, std::string>> parameters,
    const fhir::DefinitionStore& definitions, const ParseOptions& options = {});

/// The types that the values of `_type` name; all resource types when there are none.
///
/// errors     value: a name that is no resource type
fhir::Result<std::vector<std::string_view>> types_of(
    std::span<const std::pair<std::string, std::string>> parameters,
    const fhir::DefinitionStore& definitions);

}  // namespace server::search
