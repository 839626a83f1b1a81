// The launcher: a logged-in user opens an app for a patient, as an EHR does.
// https://hl7.org/fhir/smart-app-launch/app-launch.html#launch-app-ehr-launch
#include <algorithm>
#include <optional>

#include "fhir/formats/json_writer.h"
#include "src/rest/path.h"
#include "src/security/authorization.h"
#include "src/security/users.h"
#include "src/web/emergency_page.h"
#include "src/web/html.h"
#include "src/web/patient_choice.h"
#include "src/web/visit.h"

namespace server::web {
namespace {

using security::Client;

constexpr std::uint32_t k_encounters_max = 25;
constexpr std::size_t k_intent_bytes_max = 200;
constexpr std::size_t k_records_max = 20;

/// `DocumentReference/1`. "SHALL NOT be used to indicate a Patient or an Encounter" in context:
/// these have fields of their own.
bool is_record(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view type = text.substr(0, slash);
  const bool is_type = !type.empty() && type.front() >= 'A' && type.front() <= 'Z' &&
                       std::all_of(type.begin() + 1, type.end(), [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
                       });
  return is_type && type != "Patient" && type != "Encounter" && rest::is_id(text.substr(slash + 1));
}

/// The array of fhirContext for references with spaces between; empty for none, nothing when one of
/// them is no reference.
/// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#fhir-context
std::optional<std::string> fhir_context_of(std::string_view records) {
  std::string text;
  fhir::json::Builder out(text);
  std::size_t count = 0;
  out.begin_array();
  while (!records.empty()) {
    const std::string_view one = records.substr(0, records.find(' '));
    records.remove_prefix(std::min(records.size(), one.size() + 1));
    if (one.empty()) continue;
    if (!is_record(one) || ++count > k_records_max) return std::nullopt;
    out.begin_object().string("reference", one).end_object();
  }
  out.end_array();
  return count == 0 ? std::string() : text;
}

bool is_launchable(const Client& client, const security::DeclaredEmergency& emergency) {
  return !client.launch_url.empty() && !client.is_disabled &&
         !(emergency.is_there() && client.is_self_registered());
}

fhir::Result<std::vector<Client>> launchable(const Visit& visit,
                                             const security::DeclaredEmergency& emergency) {
  FHIR_TRY(clients, security::Clients(visit.environment).all());
  std::erase_if(clients, [&](const Client& one) { return !is_launchable(one, emergency); });
  return std::move(clients);
}

/// What the forms of this page carry along.
std::string carried_of(const Visit& visit, const security::DeclaredEmergency& emergency) {
  return emergency.is_there() ? hidden("emergency", visit.form.get("emergency")) : std::string();
}

std::string options_of(const std::vector<Client>& clients) {
  std::string out;
  for (const Client& client : clients)
    out += "<option value=\"" + escaped(client.id) + "\">" + escaped(client.name) + "</option>\n";
  return out;
}

std::string options_of(const std::vector<security::EncounterChoice>& encounters) {
  std::string out;
  for (const security::EncounterChoice& encounter : encounters)
    out += "<option value=\"" + escaped(encounter.id) + "\">" + escaped(encounter.text) +
           "</option>\n";
  return out + "<option value=\"\">None</option>\n";
}

/// What is launched for a patient that was chosen.
PageAnswer launch_form(Visit& visit, const security::User& user, const std::string& patient,
                       const security::DeclaredEmergency& emergency) {
  FHIR_TRY(clients, launchable(visit, emergency));
  FHIR_TRY(encounters, visit.patients.encounters(user, patient, k_encounters_max,
                                                 security::glass_of(emergency.is_there())));
  std::string targets;
  for (const Client& client : clients) targets.append(policy_source(client.launch_url)).append(" ");
  const std::string content =
      emergency_banner(visit, user, emergency) + "<form method=\"post\" action=\"launch\">\n" +
      hidden("csrf", visit.session.csrf) + carried_of(visit, emergency) +
      hidden("patient", patient) + "<p>Patient " + escaped(patient) +
      "</p>\n<p><label for=\"client\">App</label>\n<select id=\"client\" name=\"client\">\n" +
      options_of(clients) +
      "</select></p>\n<p><label for=\"encounter\">Encounter</label>\n"
      "<select id=\"encounter\" name=\"encounter\">\n" +
      options_of(encounters) + "</select></p>\n" +
      text_field("intent", "Intent (may be empty)", "autocomplete=\"off\"") +
      text_field("records", "Further records, as DocumentReference/1 (may be empty)",
                 "autocomplete=\"off\" autocapitalize=\"none\"") +
      "<p>" + button("Launch") + "</p>\n</form>\n" +
      (emergency.is_there() ? "" : emergency_choice(visit, user, hidden("patient", patient)));
  return page(200, "Launch an app", content, targets);
}

PageAnswer launch(Visit& visit, const security::User& user, const std::string& patient,
                  security::DeclaredEmergency emergency) {
  FHIR_TRY(client, security::Clients(visit.environment).find(visit.form.get("client")));
  if (!client || !is_launchable(*client, emergency))
    return message_page(404, "No such app", "There is no such app, or it cannot be launched.");
  const std::string encounter(visit.form.get("encounter"));
  if (!encounter.empty()) {
    FHIR_TRY(encounters, visit.patients.encounters(user, patient, k_encounters_max,
                                                   security::glass_of(emergency.is_there())));
    const bool is_known =
        std::any_of(encounters.begin(), encounters.end(),
                    [&](const security::EncounterChoice& one) { return one.id == encounter; });
    if (!is_known)
      return message_page(404, "No such encounter", "The patient has no such encounter.");
  }
  auto records = fhir_context_of(visit.form.get("records"));
  if (!records)
    return message_page(
        400, "No such records",
        "Further records are references such as DocumentReference/1, at most 20, with "
        "spaces between; patient and encounter are chosen apart.");
  security::LaunchContext context;
  context.fhir_context = *std::move(records);
  context.user = user.name;
  context.patient = patient;
  context.encounter = encounter;
  context.intent = visit.form.get("intent").substr(0, k_intent_bytes_max);
  context.emergency = std::move(emergency);
  FHIR_TRY(url, security::Authorization(visit.environment).launch(*client, std::move(context)));
  return redirect(url);
}

}  // namespace

PageAnswer launch_page(Visit& visit) {
  if (!visit.session.is_logged_in()) return redirect("login?to=launch");
  FHIR_TRY(user, security::Users(visit.environment).find(visit.session.user));
  if (!user) return redirect("login?to=launch");
  if (visit.is_post() && !visit.has_csrf()) return stale_form();
  FHIR_TRY(emergency, emergency_of(visit));
  // Lest what is to be an emergency's launch becomes one that is none.
  if (!emergency.is_there() && !visit.form.get("emergency").empty()) return stale_form();
  const security::Glass glass = security::glass_of(emergency.is_there());
  const std::string patient(visit.form.get("patient"));
  if (patient.empty()) {
    FHIR_TRY(choices, patients_for(visit, *user, glass));
    const std::string carried = carried_of(visit, emergency);
    std::string content = emergency_banner(visit, *user, emergency);
    if (!user->is_patient()) content += patient_search(visit, "launch", carried);
    content += "<form method=\"get\" action=\"launch\">\n" + carried + patient_boxes(choices) +
               "</form>\n";
    if (!emergency.is_there()) content += emergency_choice(visit, *user, {});
    return page(200, "Launch an app for a patient", content);
  }
  if (!security::Authorization::may_choose(*user, patient))
    return message_page(403, "Not this patient", "You may not choose this patient.");
  FHIR_TRY(found, visit.patients.read(*user, std::span(&patient, 1), glass));
  if (found.empty()) return message_page(404, "No such patient", "There is no such patient.");
  return visit.is_post() ? launch(visit, *user, patient, std::move(emergency))
                         : launch_form(visit, *user, patient, emergency);
}

}  // namespace server::web
