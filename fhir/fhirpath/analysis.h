// Static analysis: what is wrong with an expression before it sees a resource, and the types of
// what it yields. https://hl7.org/fhirpath/N1/#type-safety-and-strict-evaluation
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fhir/fhirpath/expression.h"

namespace fhir::fhirpath {

struct AnalysisInput {
  const TypeSchema* context = nullptr;   // null: any type
  const TypeSchema* resource = nullptr;  // of %resource; null: the context where that is a resource
  std::span<const Variable> variables;   // names that `%name` may use
};

struct Analysis {
  /// An error tells that the expression cannot mean what it says: a member that no possible type
  /// has, a type that cannot be, an argument of a wrong type. A warning tells that the result is
  /// open or always the same: order asked of what has none, a type that is never the case.
  std::vector<Issue> issues;
  /// As type_label() says them: `Patient`, `string[] | Quantity[]`; `any` where nothing is known.
  std::string result_type;
  const TypeSchema* type = nullptr;  // where all items have one FHIR type

  const Issue* first_error() const;
};

/// Takes no evaluation and no data; linear in the expression, but for what abstract types may be.
Analysis analyze(const Expression& expression, const DefinitionStore& definitions,
                 const AnalysisInput& input);

}  // namespace fhir::fhirpath
