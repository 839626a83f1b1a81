// The expression of a SearchParameter. https://hl7.org/fhir/R4/searchparameter.html
#include <string>

#include "fhir/fhirpath/analysis.h"
#include "fhir/validation/rule_context.h"

namespace fhir::validation {

void check_search_parameter(const RuleContext& context) {
  const json::Value* expression = context.resource.find("expression");
  if (expression == nullptr || expression->string().empty()) return;
  const auto compiled = fhirpath::Expression::compile(expression->string(), context.definitions);
  const Path path{&context.path, "expression", -1};
  if (!compiled) {
    // A function that is lacking here is no mistake of the expression.
    if (compiled.error().type != IssueType::not_supported)
      context.error(IssueType::invalid, path, *expression,
                    "The expression is not FHIRPath: " + compiled.error().diagnostics);
    return;
  }
  // Of several types each part of the expression is about one: the name that it begins with. A
  // warning: published guides have such parameters, which find nothing and harm nobody.
  const auto bases = items_of(context.resource, "base");
  fhirpath::AnalysisInput input;
  if (bases.size() == 1 && bases[0].is_string())
    input.context = context.definitions.type(bases[0].string());
  const auto analysis = fhirpath::analyze(*compiled, context.definitions, input);
  if (const Issue* wrong = analysis.first_error())
    context.warning(IssueType::invalid, path, *expression,
                    "The expression finds nothing in its base: " + wrong->diagnostics);
}

}  // namespace fhir::validation
