// The search parameters of one resource type, compiled to run on its resources.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/fhirpath/expression.h"
#include "src/search/index_rows.h"
#include "src/search/path.h"

namespace server::search {

/// One operand of an expression's union: a path where that is enough.
using CompiledOperand = std::variant<Path, fhir::fhirpath::Expression>;

struct ComponentPlan {
  Parameter parameter;
  std::vector<CompiledOperand> operands;  // relative to what the composite's own lead to
};

struct ParameterPlan {
  Parameter parameter;
  std::vector<CompiledOperand> operands;
  std::vector<ComponentPlan> components;  // of a composite
};

struct TypePlan {
  std::vector<ParameterPlan> parameters;
  /// Parameters that cannot be indexed, since an expression is no FHIRPath or a component is
  /// unknown.
  std::vector<fhir::Issue> problems;
};

/// Compiles those operands that are rooted in the type or one of its ancestors; _id and
/// _lastUpdated, which the store keeps by itself, special parameters and those without an
/// expression have no plan.
TypePlan make_plan(const fhir::TypeSchema& type, const fhir::DefinitionStore& definitions);

}  // namespace server::search
