// The table of the page names a code and a profile for each vital sign; an observation with the
// code conforms to the profile. https://hl7.org/fhir/R4/observation-vitalsigns.html#vitals-table
#include "fhir/validation/vital_signs.h"

#include <array>
#include <utility>

namespace fhir::validation {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 12> k_profiles = {{
    {"85353-1", "http://hl7.org/fhir/StructureDefinition/vitalspanel"},
    {"9279-1", "http://hl7.org/fhir/StructureDefinition/resprate"},
    {"8867-4", "http://hl7.org/fhir/StructureDefinition/heartrate"},
    {"2708-6", "http://hl7.org/fhir/StructureDefinition/oxygensat"},
    {"8310-5", "http://hl7.org/fhir/StructureDefinition/bodytemp"},
    {"8302-2", "http://hl7.org/fhir/StructureDefinition/bodyheight"},
    {"9843-4", "http://hl7.org/fhir/StructureDefinition/headcircum"},
    {"29463-7", "http://hl7.org/fhir/StructureDefinition/bodyweight"},
    {"39156-5", "http://hl7.org/fhir/StructureDefinition/bmi"},
    {"85354-9", "http://hl7.org/fhir/StructureDefinition/bp"},
    // Blood pressure taken noninvasively, systolic and diastolic.
    {"76534-7", "http://hl7.org/fhir/StructureDefinition/bp"},
    {"76535-4", "http://hl7.org/fhir/StructureDefinition/bp"},
}};

}  // namespace

std::string_view vital_sign_profile(const json::Value& observation) {
  const json::Value* code = observation.find("code");
  const json::Value* codings = code != nullptr ? code->find("coding") : nullptr;
  if (codings == nullptr) return {};
  for (const json::Value& coding : codings->items()) {
    const std::string_view loinc = coding.string_at("code");
    if (loinc.size() < 6 || loinc.size() > 7) continue;
    for (const auto& [known, profile] : k_profiles) {
      if (known == loinc && coding.string_at("system") == "http://loinc.org") return profile;
    }
  }
  return {};
}

}  // namespace fhir::validation
