// FHIRPath that a resource has as the value of an element: an invariant, a search parameter.
#pragma once

#include <optional>
#include <string_view>

#include "fhir/fhirpath/expression.h"
#include "fhir/validation/rule_context.h"

namespace fhir::validation {

/// Compiles it, and reports an error at `place` where it is no FHIRPath. A function that is lacking
/// here is no mistake of the expression: then nothing is said.
///
/// at        of the expression in the source
/// returns   nothing where it does not compile
std::optional<fhirpath::Expression> compiled(const RuleContext& context,
                                             std::string_view expression, const Path& place,
                                             const json::Value& at);

}  // namespace fhir::validation
