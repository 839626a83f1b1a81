// A token that a patient's Consent gives to somebody who has no account here. It reads what that
// Consent permits, for its purpose, and ends with it.
#include <algorithm>

#include "src/consent/elements.h"
#include "src/web/patient_tokens.h"

namespace server::web {
namespace {

using consent::Directive;
using consent::Effect;
using consent::Provision;

constexpr security::Rights k_reading = security::right_read | security::right_search;

fhir::Unexpected<fhir::Issue> forbidden(std::string text) {
  return fhir::unexpected(
      fhir::make_issue(fhir::Situation::refused, fhir::IssueType::forbidden, std::move(text)));
}

consent::Asker asker_of(const consent::ConsentBounds& consents, const security::Grant& grant) {
  consent::Asker asker;
  consent::Names names = consents.index().names_of(grant.fhir_user, {}, consents.now_ms());
  asker.actors = std::move(names.certain);
  asker.possible = std::move(names.possible);
  asker.good_until = names.changes_at;
  asker.purpose.system = consent::k_act_reason;
  asker.purpose.code = grant.purpose;
  return asker;
}

/// Until when the Consent permits the grant anything; nothing: not now.
std::optional<std::int64_t> permitted_until(const consent::ConsentBounds& consents,
                                            const Directive& directive,
                                            const security::Grant& grant) {
  consent::Moment moment{consents.now_ms()};
  const auto verdict =
      consent::verdict_of(directive, asker_of(consents, grant), consents.hierarchy(), moment);
  if (verdict.permitted.is_never()) return std::nullopt;
  return moment.changes_at;
}

void add_actors(const Provision& provision, std::vector<std::string>& actors) {
  if (provision.effect == Effect::permit)
    actors.insert(actors.end(), provision.actors.begin(), provision.actors.end());
  for (const Provision& exception : provision.exceptions) add_actors(exception, actors);
}

/// The first purpose that something is permitted for.
std::string purpose_in(const Provision& provision) {
  if (provision.effect == Effect::permit && !provision.purposes.empty())
    return provision.purposes.front().code;
  for (const Provision& exception : provision.exceptions) {
    if (std::string purpose = purpose_in(exception); !purpose.empty()) return purpose;
  }
  return {};
}

bool may_give(const access::Identity& identity, const Directive& directive) {
  if (identity.role == "administrator") return true;
  const auto& own = identity.user_patients;
  return identity.is_patient_user &&
         std::find(own.begin(), own.end(), directive.patient) != own.end();
}

}  // namespace

bool still_holds(const consent::ConsentBounds& consents, const security::Grant& grant) {
  if (grant.consent.empty()) return true;
  const auto directive = consents.index().find(grant.consent);
  return directive && directive->version_id == grant.consent_version &&
         directive->patient == grant.patient &&
         permitted_until(consents, *directive, grant).has_value();
}

fhir::Result<std::string> temporary_token(const PatientTokenMakers& makers,
                                          const TokenRequest& asked) {
  const auto directive = makers.consents.index().find(asked.id);
  const bool is_known = directive && may_give(*asked.identity, *directive);
  if (!is_known && !asked.identity->is_patient_user && asked.identity->role != "administrator")
    return forbidden("The patient gives such a token, or an administrator");
  if (!is_known)
    return fhir::unexpected(fhir::make_issue(fhir::Situation::not_found, fhir::IssueType::not_found,
                                             "There is no such Consent that is active"));
  std::vector<std::string> actors;
  add_actors(directive->root, actors);
  std::sort(actors.begin(), actors.end());
  actors.erase(std::unique(actors.begin(), actors.end()), actors.end());
  std::string actor = value_of(asked.parameters, "actor");
  if (actor.empty() && actors.size() == 1) actor = actors.front();
  if (actor.empty() || actor == consent::k_anybody ||
      std::find(actors.begin(), actors.end(), actor) == actors.end())
    return forbidden("The Consent permits nothing to that actor, or to several: name one");
  security::Grant grant;
  grant.purpose = value_of(asked.parameters, "purpose");
  if (grant.purpose.empty()) grant.purpose = purpose_in(directive->root);
  if (grant.purpose.empty()) grant.purpose = "TREAT";
  grant.scopes = "patient/*.rs";
  if (const std::string scope = value_of(asked.parameters, "scope"); !scope.empty())
    grant.scopes =
        text_of(security::of_one_patient(security::parse_scopes(scope), k_reading, false));
  if (grant.scopes.empty())
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::value, "No scope of these reads a patient's record"));
  grant.client_id = asked.speaker.client;
  grant.client_name = "Temporary token of a Consent";
  grant.user = asked.speaker.user;
  grant.subject = actor;
  grant.fhir_user = actor;
  grant.patient = directive->patient;
  grant.consent = directive->id;
  grant.consent_version = directive->version_id;
  const auto until = permitted_until(makers.consents, *directive, grant);
  if (!until) return forbidden("The Consent does not permit that actor that purpose now");
  const std::int64_t now = makers.environment.now_ms();
  grant.authenticated_at = now;
  grant.expires_at = std::min(now + makers.temporary_ms, *until);
  security::Grants grants(makers.environment);
  FHIR_TRY(kept, grants.add(std::move(grant)));
  FHIR_TRY(tokens, grants.issue(kept, kept.scopes, false));
  return told_token(kept, tokens);
}

}  // namespace server::web
