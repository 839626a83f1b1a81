// The expression of a SearchParameter. https://hl7.org/fhir/R4/searchparameter.html
#include <string>

#include "fhir/fhirpath/analysis.h"
#include "fhir/validation/rule_expression.h"

namespace fhir::validation {

void check_search_parameter(const RuleContext& context) {
  const json::Value* expression = context.resource.find("expression");
  if (expression == nullptr || expression->string().empty()) return;
  const Path path{&context.path, "expression", -1};
  const auto program = compiled(context, expression->string(), path, *expression);
  if (!program) return;
  // Of several types each part of the expression is about one: the name that it begins with. A
  // warning: published guides have such parameters, which find nothing and harm nobody.
  const auto bases = items_of(context.resource, "base");
  fhirpath::AnalysisInput input;
  if (bases.size() == 1 && bases[0].is_string())
    input.context = context.definitions.type(bases[0].string());
  const auto analysis = fhirpath::analyze(*program, context.definitions, input);
  if (const Issue* wrong = analysis.first_error())
    context.warning(IssueType::invalid, path, *expression,
                    "The expression finds nothing in its base: " + wrong->diagnostics);
}

}  // namespace fhir::validation
