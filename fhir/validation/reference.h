// The forms that Reference.reference may have.
// https://hl7.org/fhir/R4/references.html#literal
#pragma once

#include <cstdint>
#include <string_view>

#include "fhir/definitions/definition_store.h"

namespace fhir::validation {

enum class ReferenceForm : std::uint8_t {
  contained,    // #id, or # for the container
  urn,          // urn:uuid:…, urn:oid:…
  absolute,     // any other URI with a scheme
  relative,     // Type/id or Type/id/_history/version
  conditional,  // Type?name=value
  malformed
};

/// Views into the text that was parsed.
struct ParsedReference {
  ReferenceForm form = ReferenceForm::malformed;
  bool is_well_formed_urn = false;
  std::string_view base;  // what stands before the type in an absolute RESTful URL, with its slash
  std::string_view type;  // empty when the text does not name one
  std::string_view id;    // of the resource; of the contained one without #
  std::string_view version;  // after _history
};

ParsedReference parse_reference(std::string_view text, const DefinitionStore& definitions);

/// The resource type at the end of a canonical: Patient of
/// http://hl7.org/fhir/StructureDefinition/Patient.
std::string_view type_of_profile(std::string_view canonical);

}  // namespace fhir::validation
