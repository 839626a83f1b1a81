// The expression of a SearchParameter. https://hl7.org/fhir/R4/searchparameter.html
#include <string>

#include "fhir/fhirpath/expression.h"
#include "fhir/validation/rule_context.h"

namespace fhir::validation {

void check_search_parameter(const RuleContext& context) {
  const json::Value* expression = context.resource.find("expression");
  if (expression == nullptr || expression->string().empty()) return;
  const auto compiled = fhirpath::Expression::compile(expression->string(), context.definitions);
  // A function that is lacking here is no mistake of the expression.
  if (compiled || compiled.error().type == IssueType::not_supported) return;
  context.error(IssueType::invalid, Path{&context.path, "expression", -1}, *expression,
                "The expression is not FHIRPath: " + compiled.error().diagnostics);
}

}  // namespace fhir::validation
