// An emergency is declared with its reason, and recorded, before any patient is shown for it.
// https://terminology.hl7.org/CodeSystem-v3-ActReason.html#v3-ActReason-BTG
#include "src/web/emergency_page.h"

#include "src/security/authorization.h"
#include "src/web/emergencies.h"
#include "src/web/html.h"

namespace server::web {
namespace {

using policy::Emergency;
using security::DeclaredEmergency;

constexpr std::size_t k_typed_bytes_max = 2048;

std::string_view words_of(std::string_view purpose) {
  for (const auto& [code, words] : policy::k_emergency_purposes) {
    if (code == purpose) return words;
  }
  return purpose;
}

std::string option(std::string_view value, std::string_view text) {
  return "<option value=\"" + escaped(value) + "\">" + escaped(text) + "</option>\n";
}

std::string select(std::string_view name, std::string_view label, std::string_view options) {
  std::string out = "<p><label for=\"";
  out.append(name).append("\">").append(label).append("</label>\n<select required id=\"");
  out.append(name).append("\" name=\"").append(name).append("\">\n").append(options);
  return out + "</select></p>\n";
}

std::string minutes(std::int64_t lasts_ms) {
  const std::int64_t whole = lasts_ms / 60'000;
  return whole < 1 ? "less than a minute"
                   : std::to_string(whole) + (whole == 1 ? " minute" : " minutes");
}

std::string reason_fields(const Emergency& terms) {
  if (terms.reasons.empty())
    return text_field("reason", "Reason, which is recorded",
                      "maxlength=\"500\" autocomplete=\"off\" required");
  std::string reasons = option("", "Choose a reason");
  for (const std::string& reason : terms.reasons) reasons += option(reason, reason);
  return select("reason", "Reason, which is recorded", reasons) +
         text_field("details", "More to the reason (may be empty)",
                    "maxlength=\"500\" autocomplete=\"off\"");
}

std::string form_of(const Visit& visit, const Emergency& terms, std::string_view carried) {
  std::string out = "<form method=\"post\" action=\"emergency\">\n<p>For one patient, and for " +
                    minutes(visit.emergencies.lasts_ms(terms)) +
                    " at most, you see what the patient's consents keep from you.</p>\n" +
                    hidden("csrf", visit.session.csrf);
  out.append(carried).append(reason_fields(terms));
  if (terms.purposes.size() > 1) {
    std::string purposes;
    for (const std::string& purpose : terms.purposes)
      purposes += option(purpose, words_of(purpose));
    out += select("purpose", "Purpose", purposes);
  }
  return out + "<p>" + button("Go on in an emergency", "class=\"no\"") + "</p>\n</form>\n";
}

/// What the form said where it goes on, for the next one.
std::string carried_of(const Visit& visit) {
  std::string out;
  for (std::string_view name : {"tx", "patient"}) {
    if (!visit.form.get(name).empty()) out += hidden(name, visit.form.get(name));
  }
  return out;
}

/// What is told of an emergency before an app has been given anything.
void record(const Visit& visit, const security::User& user, const DeclaredEmergency& declared,
            std::string_view client, std::string_view patient) {
  security::Grant grant;
  grant.client_id = client;
  grant.user = user.name;
  grant.fhir_user = user.fhir_user;
  grant.patient = patient;
  grant.purpose = declared.purpose;
  grant.reason = declared.reason;
  visit.emergencies.tell(grant, visit.request);
}

PageAnswer go_on(Visit& visit, const security::User& user, DeclaredEmergency declared) {
  const std::string_view handle = visit.form.get("tx");
  const std::string_view patient = visit.form.get("patient");
  if (handle.empty()) {
    record(visit, user, declared, {}, patient);
    FHIR_TRY(emergency,
             security::DeclaredEmergencies(visit.environment).add(visit.session, declared));
    if (patient.empty())
      return redirect(security::with_parameters("launch", {{"emergency", emergency}}));
    return redirect(
        security::with_parameters("launch", {{"emergency", emergency}, {"patient", patient}}));
  }
  security::Authorization authorization(visit.environment);
  FHIR_TRY(transaction, authorization.find(handle, visit.session));
  if (!transaction) return stale_form();
  if (transaction->is_self_registered)
    return message_page(403, "Not in an emergency",
                        "An app that registered itself is not launched in an emergency.");
  record(visit, user, declared, transaction->client_id, transaction->patient);
  FHIR_CHECK(authorization.declare(*transaction, std::move(declared)));
  return redirect(security::with_parameters("continue", {{"tx", handle}}));
}

}  // namespace

std::string emergency_choice(const Visit& visit, const security::User& user,
                             std::string_view carried) {
  const Emergency* terms = visit.emergencies.of(user.role);
  if (terms == nullptr) return {};
  return "<h2>Emergency access</h2>\n" + form_of(visit, *terms, carried);
}

std::string emergency_banner(const Visit& visit, const security::User& user,
                             const DeclaredEmergency& emergency) {
  const Emergency* terms = visit.emergencies.of(user.role);
  if (terms == nullptr || !emergency.is_there()) return {};
  return "<p class=\"error\"><strong>Emergency access</strong> for " +
         minutes(visit.emergencies.lasts_ms(*terms)) + " at most (" +
         escaped(words_of(emergency.purpose)) +
         "). It is recorded with your reason: " + escaped(emergency.reason) + "</p>\n";
}

std::optional<security::EmergencyTerms> emergency_terms(const Visit& visit,
                                                        const security::User& user) {
  const Emergency* terms = visit.emergencies.of(user.role);
  if (terms == nullptr) return std::nullopt;
  return security::EmergencyTerms{
      terms->rights, visit.emergencies.lasts_ms(*terms),
      [&visit](const security::Grant& grant) { visit.emergencies.tell(grant, visit.request); }};
}

fhir::Result<DeclaredEmergency> emergency_of(const Visit& visit) {
  FHIR_TRY(found, security::DeclaredEmergencies(visit.environment)
                      .find(visit.form.get("emergency"), visit.session));
  return found ? *std::move(found) : DeclaredEmergency{};
}

PageAnswer emergency_page(Visit& visit) {
  if (!visit.has_csrf() || !visit.session.is_logged_in()) return stale_form();
  FHIR_TRY(user, security::Users(visit.environment).find(visit.session.user));
  if (!user) return stale_form();
  const Emergency* terms = visit.emergencies.of(user->role);
  if (terms == nullptr)
    return message_page(403, "Not in an emergency", "Users of your role have no emergency access.");
  auto reason =
      policy::emergency_reason(*terms, visit.form.get("reason").substr(0, k_typed_bytes_max),
                               visit.form.get("details").substr(0, k_typed_bytes_max));
  auto purpose = policy::emergency_purpose(*terms, visit.form.get("purpose"));
  if (!reason || !purpose) {
    const std::string& problem = (reason ? purpose : reason).error().diagnostics;
    return page(400, "Emergency access",
                "<p class=\"error\" role=\"alert\">" + escaped(problem) + "</p>\n" +
                    form_of(visit, *terms, carried_of(visit)));
  }
  return go_on(visit, *user, {*std::move(reason), *std::move(purpose)});
}

}  // namespace server::web
