// What the two ways of `medisync fhirpath` share.
#pragma once

#include <cstdio>
#include <optional>
#include <string_view>
#include <vector>

#include "fhir/formats/json_writer.h"
#include "src/operations/fhirpath_run.h"

namespace server::cli {

/// syntax, semantic, execution, too-costly, not-supported, or input: what is wrong with a request.
std::string_view error_code(const fhir::Issue& issue);

/// Writes the member `result`: an object with type, value and path for each item.
void write_results(fhir::json::Builder& out, const std::vector<operations::FhirpathOutput>& outputs,
                   const fhir::Element& resource);

/// `+11:00`, `Z`; nothing for anything else.
std::optional<int> zone_minutes(std::string_view text);

/// Answers each line of `in`, in order, until it ends. A bad line is answered with an error.
///
/// defaults   clock, zone, context and strictness where a line does not say its own
int fhirpath_lines(operations::FhirpathRunner& runner, const operations::FhirpathInput& defaults,
                   const fhir::DefinitionStore& definitions, std::FILE* in, std::FILE* out);

}  // namespace server::cli
