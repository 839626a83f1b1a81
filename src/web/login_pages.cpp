// Login, second factor, logout.
#include "src/security/authorization.h"
#include "src/security/secrets.h"
#include "src/security/users.h"
#include "src/web/html.h"
#include "src/web/visit.h"

namespace server::web {
namespace {

using security::Login;

constexpr std::size_t k_typed_bytes_max = 2048;

std::string problem_text(std::string_view problem) {
  if (problem.empty()) return {};
  return "<p class=\"error\" role=\"alert\">" + escaped(problem) + "</p>\n";
}

/// What a form of this visit carries along.
std::string carried(const Visit& visit) {
  std::string out = hidden("csrf", visit.session.csrf);
  if (!visit.request_under_way.empty()) out += hidden("tx", visit.request_under_way);
  if (const std::string_view to = visit.form.get("to"); !to.empty()) out += hidden("to", to);
  return out;
}

/// A browser is known to who has logged in by it, with all that is asked for.
void remember_device(Visit& visit) {
  if (!visit.session.is_logged_in() || visit.device.knows(visit.session.user)) return;
  visit.device.add(visit.session.user);
  visit.is_device_new = true;
}

/// What a browser says of itself, as far as it can be shown.
std::string shown(std::string_view agent) {
  constexpr std::size_t k_agent_bytes_max = 160;
  std::string out(agent.substr(0, k_agent_bytes_max));
  std::erase_if(out, [](char c) { return c < ' ' || c > '~'; });
  return out;
}

}  // namespace

bool Visit::has_csrf() const {
  return security::equal_in_constant_time(form.get("csrf"), session.csrf);
}

http::Response message_page(unsigned status, std::string_view title, std::string_view text) {
  return page(status, title, "<p>" + escaped(text) + "</p>\n");
}

http::Response stale_form() {
  return message_page(400, "Please start again",
                      "This form is too old, or was opened elsewhere. Go back to the app and start "
                      "again.");
}

PageAnswer after_login(Visit& visit) {
  if (!visit.request_under_way.empty()) {
    FHIR_TRY(
        one,
        security::Authorization(visit.environment).find(visit.request_under_way, visit.session));
    if (!one) return stale_form();
    return redirect(security::with_parameters("continue", {{"tx", one->handle}}));
  }
  for (const char* page : {"launch", "account"}) {
    if (visit.form.get("to") == page) return redirect(page);
  }
  return redirect("manage");
}

http::Response login_form(const Visit& visit, std::string_view problem) {
  const std::string content =
      problem_text(problem) + "<form method=\"post\" action=\"login\">\n" + carried(visit) +
      text_field("user", "User name",
                 "autocomplete=\"username\" autocapitalize=\"none\" required autofocus") +
      text_field("password", "Password",
                 "type=\"password\" autocomplete=\"current-password\" required") +
      "<p>" + button("Log in") + "</p>\n</form>\n";
  return page(problem.empty() ? 200 : 401, "Log in", content);
}

http::Response second_factor_form(const Visit& visit, std::string_view problem) {
  const std::string content =
      problem_text(problem) + "<form method=\"post\" action=\"second-factor\">\n" + carried(visit) +
      text_field("code", "Code of your authenticator, or a recovery code",
                 "autocomplete=\"one-time-code\" autocapitalize=\"none\" required autofocus") +
      "<p>" + button("Go on") + "</p>\n</form>\n";
  return page(problem.empty() ? 200 : 401, "Second factor", content);
}

PageAnswer login_page(Visit& visit) {
  if (!visit.is_post()) {
    if (visit.session.is_logged_in()) return after_login(visit);
    return login_form(visit, {});
  }
  if (!visit.has_csrf()) return stale_form();
  const std::string_view name = visit.form.get("user").substr(0, k_typed_bytes_max);
  const std::string_view password = visit.form.get("password").substr(0, k_typed_bytes_max);
  security::Users users(visit.environment);
  FHIR_TRY(login, users.check_password(name, password, visit.origin_of(name)));
  // Which names there are, and which are locked out, is for nobody to learn here.
  if (login != Login::accepted)
    return login_form(visit,
                      "Name or password is wrong, or there were too many attempts. After several "
                      "failures wait a few minutes.");
  FHIR_TRY(user, users.find(name));
  if (!user) return login_form(visit, "Name or password is wrong.");
  visit.session.user = user->name;
  visit.session.is_complete = !user->has_second_factor();
  visit.session.authenticated_at = visit.environment.now_ms();
  visit.session.agent = shown(visit.request.headers.get("User-Agent"));
  FHIR_TRY(session, security::Sessions(visit.environment).renew(std::move(visit.session)));
  visit.session = std::move(session);
  remember_device(visit);
  if (!visit.session.is_complete) return second_factor_form(visit, {});
  return after_login(visit);
}

PageAnswer second_factor_page(Visit& visit) {
  if (!visit.has_csrf() || visit.session.user.empty()) return stale_form();
  if (!visit.session.is_complete) {
    FHIR_TRY(login, security::Users(visit.environment)
                        .check_second_factor(visit.session.user,
                                             visit.form.get("code").substr(0, k_typed_bytes_max),
                                             visit.origin_of(visit.session.user)));
    if (login != Login::accepted)
      return second_factor_form(visit,
                                "The code is wrong, was used, or there were too many attempts.");
    visit.session.is_complete = true;
    visit.session.authenticated_at = visit.environment.now_ms();
    FHIR_TRY(session, security::Sessions(visit.environment).renew(std::move(visit.session)));
    visit.session = std::move(session);
    remember_device(visit);
  }
  return after_login(visit);
}

PageAnswer logout_page(Visit& visit) {
  if (!visit.has_csrf()) return stale_form();
  security::Sessions sessions(visit.environment);
  FHIR_CHECK(sessions.end(visit.session));
  visit.session = sessions.start();
  return message_page(200, "Logged out", "You are logged out.");
}

}  // namespace server::web
