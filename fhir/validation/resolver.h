// resolve() for invariants: within the document that is validated, and no further.
#pragma once

#include <optional>
#include <string_view>

#include "fhir/fhirpath/expression.h"

namespace fhir::validation {

class Walk;
struct Scope;

/// Lives no longer than the walk and the scope that it was made for.
class DocumentResolver final : public fhirpath::Resolver {
 public:
  DocumentResolver(Walk& walk, const Scope& scope) : walk_(walk), scope_(scope) {}
  std::optional<Element> resolve(std::string_view reference) override;

 private:
  Walk& walk_;
  const Scope& scope_;
};

}  // namespace fhir::validation
