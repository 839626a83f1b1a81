// https://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.concept.designation
#include "terminology/designation_reader.h"

#include "terminology/concept_extensions.h"

namespace terminology {

void read_designations(const fhir::json::Value& owner, fhir::Arena& arena,
                       std::vector<Designation>& out) {
  const fhir::json::Value* list = owner.find("designation");
  if (list == nullptr) return;
  for (const fhir::json::Value& item : list->items()) {
    Designation designation;
    designation.language = arena.copy(item.string_at("language"));
    designation.value = arena.copy(item.string_at("value"));
    designation.extensions = arena.copy(carried_extensions(item));
    if (const fhir::json::Value* use = item.find("use")) {
      designation.use_system = arena.copy(use->string_at("system"));
      designation.use_code = arena.copy(use->string_at("code"));
      designation.use_display = arena.copy(use->string_at("display"));
    }
    out.push_back(designation);
  }
}

}  // namespace terminology
