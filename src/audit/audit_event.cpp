#include "src/audit/audit_event.h"

#include "fhir/base/date_time.h"
#include "fhir/formats/json_writer.h"
#include "src/rest/base64.h"

namespace server::audit {
namespace {

using fhir::json::Builder;

constexpr std::string_view k_dicom = "http://dicom.nema.org/resources/ontology/DCM";
constexpr std::string_view k_event_type = "http://terminology.hl7.org/CodeSystem/audit-event-type";
constexpr std::string_view k_interaction = "http://hl7.org/fhir/restful-interaction";
constexpr std::string_view k_entity_type =
    "http://terminology.hl7.org/CodeSystem/audit-entity-type";
constexpr std::string_view k_object_role = "http://terminology.hl7.org/CodeSystem/object-role";
constexpr std::string_view k_source_type =
    "http://terminology.hl7.org/CodeSystem/security-source-type";
constexpr std::string_view k_act_reason = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
constexpr std::string_view k_participation =
    "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

void append_coding(Builder& out, std::string_view system, std::string_view code,
                   std::string_view display) {
  out.begin_object().string("system", system).string("code", code);
  out.string("display", display).end_object();
}

void append_concept(Builder& out, std::string_view system, std::string_view code,
                    std::string_view display) {
  out.begin_object().key("coding").begin_array();
  append_coding(out, system, code, display);
  out.end_array().end_object();
}

/// https://hl7.org/fhir/R4/valueset-audit-event-action.html; a search executes a query.
std::string_view action_of(const Occurrence& occurrence) {
  const std::string_view interaction = occurrence.interaction;
  if (interaction == "create") return "C";
  if (interaction == "update" || interaction == "patch") return "U";
  if (interaction == "delete") return "D";
  if (interaction == "read" || interaction == "vread" || interaction.starts_with("history-"))
    return "R";
  return "E";
}

/// https://hl7.org/fhir/R4/valueset-audit-event-outcome.html
std::string_view outcome_of(unsigned status) {
  return status < 400 ? "0" : status < 500 ? "4" : "8";
}

/// Why: https://profiles.ihe.net/ITI/BALP/content.html#321-consent-authorization-decisions
void append_purpose(Builder& out, const Speaker& speaker) {
  if (speaker.purpose.empty() && speaker.reason.empty()) return;
  out.key("purposeOfEvent").begin_array().begin_object();
  if (!speaker.purpose.empty())
    out.key("coding")
        .begin_array()
        .begin_object()
        .string("system", k_act_reason)
        .string("code", speaker.purpose)
        .end_object()
        .end_array();
  if (!speaker.reason.empty()) out.string("text", speaker.reason);
  out.end_object().end_array();
}

void append_agents(Builder& out, const Occurrence& occurrence, std::string_view server) {
  const Speaker& speaker = occurrence.speaker;
  const bool has_user = !speaker.user.empty() || !speaker.fhir_user.empty();
  out.key("agent").begin_array();
  if (has_user) {
    out.begin_object().key("type");
    append_concept(out, k_participation, "IRCP", "information recipient");
    out.key("who").begin_object();
    if (!speaker.fhir_user.empty()) out.string("reference", speaker.fhir_user);
    if (!speaker.user.empty())
      out.key("identifier").begin_object().string("value", speaker.user).end_object();
    out.end_object().boolean("requestor", true).end_object();
  }
  out.begin_object().key("type");
  append_concept(out, k_dicom, "110153", "Source Role ID");
  out.key("who").begin_object();
  if (!speaker.client.empty())
    out.key("identifier").begin_object().string("value", speaker.client).end_object();
  else
    out.string("display", "unknown");
  out.end_object().boolean("requestor", !has_user);
  if (!occurrence.address.empty())
    out.key("network")
        .begin_object()
        .string("address", occurrence.address)
        .string("type", "2")
        .end_object();
  out.end_object();
  out.begin_object().key("type");
  append_concept(out, k_dicom, "110152", "Destination Role ID");
  out.key("who").begin_object().string("display", server).end_object();
  out.boolean("requestor", false).end_object();
  out.end_array();
}

struct Kind {
  std::string_view type, type_display, role, role_display;
};
constexpr Kind k_patient{"1", "Person", "1", "Patient"};
constexpr Kind k_resource{"2", "System Object", "4", "Domain Resource"};
constexpr Kind k_query{"2", "System Object", "24", "Query"};
constexpr Kind k_job{"4", "Other", "20", "Job"};

void append_kind(Builder& out, const Kind& kind) {
  out.key("type");
  append_coding(out, k_entity_type, kind.type, kind.type_display);
  out.key("role");
  append_coding(out, k_object_role, kind.role, kind.role_display);
}

void append_entities(Builder& out, const Occurrence& occurrence) {
  out.key("entity").begin_array();
  for (const std::string& patient : occurrence.patients) {
    out.begin_object().key("what").begin_object();
    out.string("reference", "Patient/" + patient).end_object();
    append_kind(out, k_patient);
    out.end_object();
  }
  for (const std::string& resource : occurrence.resources) {
    out.begin_object().key("what").begin_object().string("reference", resource).end_object();
    append_kind(out, k_resource);
    out.end_object();
  }
  if (!occurrence.query.empty()) {
    out.begin_object();
    append_kind(out, k_query);
    out.string("query", rest::to_base64(occurrence.query)).end_object();
  }
  out.begin_object().key("what").begin_object().key("identifier").begin_object();
  out.string("value", occurrence.request_id).end_object().end_object();
  append_kind(out, k_job);
  out.end_object().end_array();
}

}  // namespace

std::string audit_event(const Occurrence& occurrence, std::string_view server) {
  std::string text;
  Builder out(text);
  out.begin_object().string("resourceType", "AuditEvent").key("type");
  if (occurrence.is_login) {
    append_coding(out, k_dicom, "110114", "User Authentication");
    out.key("subtype").begin_array();
    append_coding(out, k_dicom, "110122", "Login");
  } else if (occurrence.is_emergency) {
    append_coding(out, k_dicom, "110113", "Security Alert");
    out.key("subtype").begin_array();
    append_coding(out, k_dicom, "110127", "Emergency Override Started");
  } else {
    append_coding(out, k_event_type, "rest", "RESTful Operation");
    out.key("subtype").begin_array();
    append_coding(out, k_interaction, occurrence.interaction, occurrence.interaction);
  }
  out.end_array().string("action", action_of(occurrence));
  out.string("recorded", fhir::format_instant(occurrence.recorded));
  out.string("outcome", outcome_of(occurrence.status));
  if (occurrence.status >= 400)
    out.string("outcomeDesc", "HTTP " + std::to_string(occurrence.status));
  append_purpose(out, occurrence.speaker);
  append_agents(out, occurrence, server);
  out.key("source").begin_object().key("observer").begin_object();
  out.string("display", server).end_object();
  out.key("type").begin_array();
  append_coding(out, k_source_type, "4", "Application Server");
  out.end_array().end_object();
  append_entities(out, occurrence);
  out.end_object();
  return text;
}

}  // namespace server::audit
