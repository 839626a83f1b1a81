// https://hl7.org/fhir/R4/fhirpath.html
#include "fhir/validation/rule_expression.h"

#include <utility>

namespace fhir::validation {

std::optional<fhirpath::Expression> compiled(const RuleContext& context,
                                             std::string_view expression, const Path& place,
                                             const json::Value& at) {
  auto made = fhirpath::Expression::compile(expression, context.definitions);
  if (made) return *std::move(made);
  if (made.error().type != IssueType::not_supported)
    context.error(IssueType::invalid, place, at,
                  "The expression is not FHIRPath: " + made.error().diagnostics);
  return std::nullopt;
}

}  // namespace fhir::validation
