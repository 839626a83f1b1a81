// A value that FHIRPath computed (`true` of exists()), dressed as an element so that it is indexed
// as one from the resource would be.
#pragma once

#include <string>

#include "fhir/definitions/definition_store.h"
#include "fhir/fhirpath/collection.h"
#include "fhir/formats/json_value.h"
#include "fhir/model/element.h"

namespace server::search {

/// Owns the value that its element points to. Stays where it was made.
class ComputedElement {
 public:
  ComputedElement(const fhir::fhirpath::Item& item, const fhir::DefinitionStore& definitions);
  ComputedElement(const ComputedElement&) = delete;
  ComputedElement& operator=(const ComputedElement&) = delete;

  const fhir::Element& element() const { return element_; }

 private:
  std::string text_;
  fhir::json::Value value_;
  fhir::Element element_;
};

}  // namespace server::search
