// An expression of several types is a union with an operand for each:
// `AllergyIntolerance.code | Condition.code | …`.
// https://hl7.org/fhir/R4/searchparameter-registry.html
#include "src/search/plan.h"

#include <string>

#include "src/search/operand.h"

namespace server::search {
namespace {

using fhir::Issue;
using fhir::SearchParameterType;

// Whether an operand that begins with the name of a resource type can yield anything on this one.
bool is_rooted(std::string_view operand, const fhir::TypeSchema& type,
               const fhir::DefinitionStore& definitions) {
  const std::string_view name = root_name(operand);
  if (name.empty() || name.front() < 'A' || name.front() > 'Z') return true;
  const fhir::TypeSchema* root = definitions.type(name);
  return root == nullptr || root->kind != fhir::TypeKind::resource || type.is_a(root);
}

fhir::Result<std::vector<CompiledOperand>> compile(std::string_view expression,
                                                   const fhir::TypeSchema& type,
                                                   const fhir::DefinitionStore& definitions) {
  std::vector<CompiledOperand> compiled;
  for (const std::string_view operand : split_union(expression)) {
    if (!is_rooted(operand, type, definitions)) continue;
    if (auto path = Path::compile(operand, definitions)) {
      compiled.emplace_back(std::move(*path));
      continue;
    }
    FHIR_TRY(program, fhir::fhirpath::Expression::compile(operand, definitions));
    compiled.emplace_back(std::move(program));
  }
  return compiled;
}

fhir::Result<ParameterPlan> plan_parameter(Parameter parameter, const fhir::TypeSchema& type,
                                           const fhir::DefinitionStore& definitions) {
  ParameterPlan plan{parameter, {}, {}};
  FHIR_TRY(operands, compile(parameter->expression, type, definitions));
  plan.operands = std::move(operands);
  for (const auto& component : parameter->components) {
    Parameter inner = definitions.search_parameter_by_url(component.definition);
    if (inner == nullptr || inner->type == SearchParameterType::composite) {
      return fhir::unexpected(fhir::make_issue(
          fhir::IssueType::not_found, "the component " + std::string(component.definition) +
                                          " is no search parameter that can be one"));
    }
    FHIR_TRY(inner_operands, compile(component.expression, type, definitions));
    plan.components.push_back({inner, std::move(inner_operands)});
  }
  return plan;
}

}  // namespace

TypePlan make_plan(const fhir::TypeSchema& type, const fhir::DefinitionStore& definitions) {
  TypePlan plan;
  for (Parameter parameter : definitions.search_parameters_of(type.name)) {
    const bool is_special = parameter->type == SearchParameterType::special && !is_near(*parameter);
    if (parameter->expression.empty() || is_special || parameter->code == "_id" ||
        parameter->code == "_lastUpdated") {
      continue;
    }
    auto compiled = plan_parameter(parameter, type, definitions);
    if (!compiled) {
      Issue problem = std::move(compiled).error();
      problem.diagnostics = std::string(parameter->url) + ": " + problem.diagnostics;
      plan.problems.push_back(std::move(problem));
    } else if (!compiled->operands.empty()) {
      plan.parameters.push_back(*std::move(compiled));
    }
  }
  return plan;
}

}  // namespace server::search
