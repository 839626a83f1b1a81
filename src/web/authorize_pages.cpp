// From an app's request to its answer. https://hl7.org/fhir/smart-app-launch/app-launch.html
#include "src/security/authorization.h"
#include "src/security/users.h"
#include "src/web/consent_page.h"
#include "src/web/emergency_page.h"
#include "src/web/html.h"
#include "src/web/patient_choice.h"
#include "src/web/visit.h"

namespace server::web {
namespace {

using security::Authorization;
using security::Decision;
using security::Step;
using security::Transaction;

constexpr std::size_t k_url_bytes_max = 6 * 1024;  // some way below what the server reads

/// A request under way, and whose it is.
struct UnderWay {
  Transaction transaction;
  security::User user;

  security::Glass glass() const { return security::glass_of(transaction.emergency.is_there()); }
};

/// The choice of an emergency, where there is one to make.
std::string emergency_choice_of(const Visit& visit, const UnderWay& one) {
  if (one.transaction.emergency.is_there() || one.transaction.is_self_registered) return {};
  return emergency_choice(visit, one.user, hidden("tx", one.transaction.handle));
}

fhir::Result<std::optional<UnderWay>> under_way(Visit& visit) {
  FHIR_TRY(transaction,
           Authorization(visit.environment).find(visit.request_under_way, visit.session));
  if (!transaction) return std::optional<UnderWay>();
  visit.request_under_way = transaction->handle;
  UnderWay out{*std::move(transaction), {}};
  if (!visit.session.is_logged_in()) return std::optional<UnderWay>(std::move(out));
  FHIR_TRY(user, security::Users(visit.environment).find(visit.session.user));
  if (!user) return std::optional<UnderWay>();  // removed meanwhile
  out.user = *std::move(user);
  return std::optional<UnderWay>(std::move(out));
}

std::string continued(const Visit& visit) {
  return security::with_parameters("continue", {{"tx", visit.request_under_way}});
}

/// To the page that comes next; by a form where what the browser has to carry is too long for a
/// URL.
http::Response go_on(const std::string& handle) {
  std::string url = security::with_parameters("continue", {{"tx", handle}});
  if (url.size() <= k_url_bytes_max) return redirect(std::move(url));
  return page(200, "Go on",
              "<p>An app asks for access.</p>\n<form method=\"post\" action=\"continue\">\n" +
                  hidden("tx", handle) + "<p>" + button("Go on") + "</p>\n</form>\n");
}

PageAnswer choose(Visit& visit, UnderWay& one) {
  // Whoever can choose one patient alone is not asked.
  if (one.user.is_patient() && one.user.patients.size() == 1) {
    FHIR_CHECK(Authorization(visit.environment)
                   .choose_patient(one.transaction, one.user.patients.front()));
    return redirect(continued(visit));
  }
  FHIR_TRY(choices, patients_for(visit, one.user, one.glass()));
  const std::string carried = hidden("tx", one.transaction.handle);
  std::string content = emergency_banner(visit, one.user, one.transaction.emergency);
  content += "<p><strong>" + escaped(one.transaction.client_name) +
             "</strong> asks for the records of one patient.</p>\n";
  if (!one.user.is_patient()) content += patient_search(visit, "continue", carried);
  content += "<form method=\"post\" action=\"patient\">\n" + carried +
             hidden("csrf", visit.session.csrf) + patient_boxes(choices) + "</form>\n" +
             emergency_choice_of(visit, one);
  return page(200, "Choose a patient", content);
}

}  // namespace

PageAnswer authorize_page(Visit& visit) {
  FHIR_TRY(decision, Authorization(visit.environment).begin(visit.form, security::Session{}));
  switch (decision.kind) {
    case Decision::Kind::redirect:
      return redirect(decision.text);
    case Decision::Kind::offer:
      return page(400, "This request cannot be answered",
                  "<p>The app that sent you here asked for something that cannot be given. It "
                  "registered itself: nobody here has looked who runs it.</p>\n<p><a href=\"" +
                      escaped(decision.text) + "\" rel=\"noreferrer\">Go back to " +
                      escaped(policy_source(decision.text)) + "</a></p>\n");
    case Decision::Kind::pending:
      return go_on(decision.text);
    default:
      return message_page(decision.status, "This request cannot be answered", decision.text);
  }
}

PageAnswer continue_page(Visit& visit) {
  FHIR_TRY(one, under_way(visit));
  if (!one) return stale_form();
  switch (Authorization(visit.environment).next(one->transaction, visit.session)) {
    case Step::login:
      return login_form(visit, {});
    case Step::second_factor:
      return second_factor_form(visit, {});
    case Step::patient:
      return choose(visit, *one);
    case Step::consent:
      break;
  }
  const auto terms = emergency_terms(visit, one->user);
  return page(200, "Allow access?",
              emergency_banner(visit, one->user, one->transaction.emergency) +
                  consent_form(one->transaction, visit.session, one->user.name,
                               terms ? terms->rights : security::Rights{0}) +
                  emergency_choice_of(visit, *one),
              policy_source(one->transaction.redirect_uri));
}

PageAnswer patient_page(Visit& visit) {
  FHIR_TRY(one, under_way(visit));
  if (!one || !visit.has_csrf() || !visit.session.is_logged_in()) return stale_form();
  const std::string id(visit.form.get("patient"));
  if (!Authorization::may_choose(one->user, id))
    return message_page(403, "Not this patient", "You may not choose this patient.");
  FHIR_TRY(found, visit.patients.read(one->user, std::span(&id, 1), one->glass()));
  if (found.empty()) return message_page(404, "No such patient", "There is no such patient.");
  FHIR_CHECK(Authorization(visit.environment).choose_patient(one->transaction, id));
  return redirect(continued(visit));
}

PageAnswer consent_page(Visit& visit) {
  FHIR_TRY(one, under_way(visit));
  if (!one || !visit.has_csrf() || !visit.session.is_logged_in()) return stale_form();
  Authorization authorization(visit.environment);
  if (visit.form.get("decision") != "allow") {
    FHIR_TRY(url, authorization.deny(one->transaction));
    return redirect(url);
  }
  const auto terms = emergency_terms(visit, one->user);
  FHIR_TRY(url, authorization.approve(one->transaction, visit.session, one->user,
                                      visit.form.all("scope"), terms ? &*terms : nullptr));
  return redirect(url);
}

}  // namespace server::web
