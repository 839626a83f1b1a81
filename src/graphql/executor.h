// Runs a validated operation over a resource or over all that a source has.
// https://hl7.org/fhir/R4/graphql.html
#pragma once

#include <chrono>
#include <cstdint>

#include "src/graphql/schema.h"
#include "src/graphql/source.h"
#include "src/graphql/variables.h"

#include "fhir/fhirpath/expression.h"

namespace server::graphql {

/// What an execution works with; pointers and references outlive it.
struct Services {
  const Schema* schema = nullptr;
  Source* source = nullptr;
  const fhir::TerminologyProvider* terminology = nullptr;  // for FHIRPath; may be null
  const fhir::UnitSystem* units = nullptr;                 // the same
  std::int64_t now_utc_ms = 0;
  std::chrono::steady_clock::time_point deadline{};
};

/// focus     the resource that the request names; empty type: the system
/// returns   the value of `data`, a JSON object. What an element has not is not in it.
/// errors    the first that came up, with the path of the answer to it: "the server returns an
///           error instead of the graph output". Those of the source; not-found: a reference that
///           leads nowhere; processing: a list under @singleton, different types under one key,
///           FHIRPath · too-costly: a limit · timeout
fhir::Result<std::string, Errors> execute(const Document& document, const Operation& operation,
                                          const Variables& variables, const Services& services,
                                          const Address& focus);

/// The same over a resource that is at hand.
fhir::Result<std::string, Errors> execute_over(const Document& document, const Operation& operation,
                                               const Variables& variables, const Services& services,
                                               std::string resource);

}  // namespace server::graphql
