// Elements of StructureDefinitions as elements, for elementDefinition().
// https://hl7.org/fhir/R4/fhirpath.html#functions
#pragma once

#include <deque>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "fhir/formats/json_document.h"
#include "fhir/model/element.h"

namespace fhir::fhirpath {

/// Reads each StructureDefinition once and keeps it, so that results may point into it. One thread.
class ElementDefinitions {
 public:
  explicit ElementDefinitions(const DefinitionStore& definitions) : definitions_(definitions) {}

  /// The ElementDefinition of the snapshot that defines the element; nothing when there is none.
  std::optional<Element> find(const Element& element);

 private:
  const json::Value* structure(std::string_view type);

  const DefinitionStore& definitions_;
  std::deque<json::Document> documents_;
  std::unordered_map<std::string_view, const json::Value*> by_type_;
};

}  // namespace fhir::fhirpath
