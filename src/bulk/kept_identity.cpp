#include "src/bulk/kept_identity.h"

#include <cstdlib>

#include "fhir/formats/json_items.h"

namespace server::bulk {

void append_identity(fhir::json::Builder& out, const access::Identity& identity) {
  out.begin_object();
  out.string("scopes", security::text_of(identity.scopes)).string("patient", identity.patient);
  out.string("client", identity.client).string("fhirUser", identity.fhir_user);
  out.string("role", identity.role).string("purpose", identity.purpose);
  out.string("isPatientUser", identity.is_patient_user ? "true" : "false");
  out.string("isEmergency", identity.is_emergency ? "true" : "false");
  out.string("consent", identity.consent);
  out.string("consentVersion", std::to_string(identity.consent_version));
  out.key("userPatients").begin_array();
  for (const std::string& patient : identity.user_patients) out.string(patient);
  out.end_array().end_object();
}

access::Identity read_identity(const fhir::json::Value& object) {
  const auto text = [&](std::string_view name) { return std::string(object.string_at(name)); };
  access::Identity identity;
  identity.scopes = security::parse_scopes(text("scopes"));
  identity.patient = text("patient");
  identity.client = text("client");
  identity.fhir_user = text("fhirUser");
  identity.role = text("role");
  identity.purpose = text("purpose");
  identity.is_emergency = text("isEmergency") == "true";
  identity.consent = text("consent");
  identity.consent_version = std::strtoll(text("consentVersion").c_str(), nullptr, 10);
  identity.is_patient_user = text("isPatientUser") == "true";
  for (const auto& one : fhir::json::items_at(object, "userPatients"))
    identity.user_patients.emplace_back(one.text());
  return identity;
}

}  // namespace server::bulk
