// What an expression sees where it is evaluated within a walk.
#pragma once

#include "fhir/fhirpath/expression.h"
#include "fhir/validation/document_judge.h"
#include "fhir/validation/resolver.h"

namespace fhir::validation {

class Walk;
struct Scope;

/// Lives no longer than the walk and the scope that it was made for. Not to be moved: the
/// environment points to what stands beside it.
struct Surroundings {
  Surroundings(Walk& walk, const Scope& scope);
  Surroundings(const Surroundings&) = delete;
  Surroundings& operator=(const Surroundings&) = delete;

  DocumentResolver resolver;
  DocumentJudge judge;
  fhirpath::Environment environment;
};

}  // namespace fhir::validation
