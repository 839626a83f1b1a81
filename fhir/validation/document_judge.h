// conformsTo() and slice() for constraints: by the profiles that are loaded.
// https://hl7.org/fhir/R4/fhirpath.html#functions
#pragma once

#include <optional>
#include <string_view>

#include "fhir/fhirpath/expression.h"

namespace fhir::validation {

class Walk;
struct Scope;

/// Lives no longer than the walk and the scope that it was made for.
class DocumentJudge final : public fhirpath::ProfileJudge {
 public:
  DocumentJudge(Walk& walk, const Scope& scope) : walk_(walk), scope_(scope) {}

  std::optional<bool> conforms_to(const Element& element, std::string_view canonical) override;
  std::optional<bool> is_in_slice(const Element& element, std::string_view canonical,
                                  std::string_view slice) override;

 private:
  Walk& walk_;
  const Scope& scope_;
};

}  // namespace fhir::validation
