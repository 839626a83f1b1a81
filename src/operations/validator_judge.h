// conformsTo() for expressions from outside: by the validator that judges writes.
// https://hl7.org/fhir/R4/fhirpath.html#functions
#pragma once

#include <functional>

#include "fhir/fhirpath/expression.h"
#include "fhir/formats/json_document.h"

namespace fhir::validation {
class Validator;
}

namespace server::operations {

/// Gives the validator when it is first asked for; null: there is none.
using ValidatorSource = std::function<const fhir::validation::Validator*()>;

/// Judges the resources of one document.
class ValidatorJudge final : public fhir::fhirpath::ProfileJudge {
 public:
  ValidatorJudge(const fhir::json::Document& document, const fhir::DefinitionStore& definitions,
                 const ValidatorSource& validator)
      : document_(document), definitions_(definitions), validator_(validator) {}

  /// Nothing for a profile that is not loaded, and for elements that are no resources.
  std::optional<bool> conforms_to(const fhir::Element& element,
                                  std::string_view canonical) override;
  /// Nothing: slices are known within a validation alone.
  std::optional<bool> is_in_slice(const fhir::Element& element, std::string_view canonical,
                                  std::string_view slice) override;

 private:
  const fhir::json::Document& document_;
  const fhir::DefinitionStore& definitions_;
  const ValidatorSource& validator_;
};

}  // namespace server::operations
