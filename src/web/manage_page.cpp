// What the user has allowed to whom, and the way to take it back.
#include <algorithm>

#include "src/security/grants.h"
#include "src/web/html.h"
#include "src/web/visit.h"

namespace server::web {
namespace {

std::string row_of(const Visit& visit, const security::Grant& grant) {
  std::string out = "<form method=\"post\" action=\"manage\">\n" +
                    hidden("csrf", visit.session.csrf) + hidden("grant", grant.id) + "<h2>" +
                    escaped(grant.client_name) + "</h2>\n<p>" + escaped(grant.scopes) + "</p>\n";
  if (!grant.consent.empty())
    out += "<p>For " + escaped(grant.fhir_user) + ", by Consent " + escaped(grant.consent) +
           ", for " + escaped(grant.purpose) + "</p>\n";
  if (!grant.reason.empty())
    out += "<p><strong>Emergency access</strong> (" + escaped(grant.purpose) + ") until " +
           time_text(grant.expires_at) + ": " + escaped(grant.reason) + "</p>\n";
  if (!grant.patient.empty()) out += "<p>Patient " + escaped(grant.patient) + "</p>\n";
  // Whoever hears the buttons one after the other is told which is whose.
  std::string whose = escaped(grant.client_name);
  if (!grant.patient.empty()) whose += ", patient " + escaped(grant.patient);
  return out + "<p>" + button("Take back", "class=\"no\" aria-label=\"Take back: " + whose + "\"") +
         "</p>\n</form>\n";
}

}  // namespace

PageAnswer manage_page(Visit& visit) {
  if (!visit.session.is_logged_in()) return redirect("login?to=manage");
  security::Grants grants(visit.environment);
  FHIR_TRY(all, grants.grants_of(visit.session.user));
  if (visit.is_post()) {
    if (!visit.has_csrf()) return stale_form();
    const std::string id(visit.form.get("grant"));
    const bool is_own = std::any_of(all.begin(), all.end(),
                                    [&](const security::Grant& grant) { return grant.id == id; });
    if (is_own) FHIR_CHECK(grants.revoke(id));
    return redirect("manage");
  }
  std::string content =
      "<p>You are logged in as <strong>" + escaped(visit.session.user) + "</strong>.</p>\n";
  for (const security::Grant& grant : all) content += row_of(visit, grant);
  if (all.empty()) content += "<p>No app has access in your name.</p>\n";
  content +=
      "<form method=\"post\" action=\"logout\">\n" + hidden("csrf", visit.session.csrf) +
      "<p><a href=\"launch\">Launch an app</a> · <a href=\"account\">Your account</a></p>\n<p>" +
      button("Log out") + "</p>\n</form>\n";
  return page(200, "Apps with access", content);
}

}  // namespace server::web
