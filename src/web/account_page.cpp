// A user's own account: password, second factor, visits. Whatever makes a login easier or harder
// asks for the password once more, and for a code where there is a second factor.
// https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html
#include <algorithm>
#include <array>

#include "src/security/grants.h"
#include "src/security/users.h"
#include "src/web/html.h"
#include "src/web/visit.h"

namespace server::web {
namespace {

using security::Login;
using security::User;

constexpr std::size_t k_typed_bytes_max = 2048;

/// What a user may do here by a form of its own.
struct Task {
  std::string_view name, title, button;
  bool needs_factor = false;  // shown to who has a second factor, and asks for a code of it
};
constexpr std::array<Task, 4> k_tasks = {{
    {"password", "Change your password", "Change"},
    {"enroll", "Set up an authenticator", "Go on"},
    {"recovery", "Make new recovery codes", "Make new codes", true},
    {"remove", "Remove the second factor", "Remove", true},
}};

const Task* task_of(std::string_view name, const User& user) {
  for (const Task& task : k_tasks) {
    if (task.name == name && (!task.needs_factor || user.has_second_factor())) return &task;
  }
  return nullptr;
}

/// A new password is guarded by the old one alone: who has lost the phone may change it.
bool asks_code(const Task& task, const User& user) {
  return user.has_second_factor() && task.name != "password";
}

std::string typed(const Visit& visit, std::string_view name) {
  return std::string(visit.form.get(name).substr(0, k_typed_bytes_max));
}

http::Response form_of(const Visit& visit, const Task& task, const User& user,
                       std::string_view problem) {
  std::string content;
  if (!problem.empty())
    content += "<p class=\"error\" role=\"alert\">" + escaped(problem) + "</p>\n";
  if (task.name == "password")
    content +=
        "<p>Apps lose the access that you gave them, and you are logged out elsewhere.</p>\n";
  content += "<form method=\"post\" action=\"account\">\n" + hidden("csrf", visit.session.csrf) +
             hidden("do", task.name) +
             text_field("password", "Your password",
                        "type=\"password\" autocomplete=\"current-password\" required autofocus");
  if (asks_code(task, user))
    content += text_field("code", "Code of your authenticator, or a recovery code",
                          "autocomplete=\"one-time-code\" autocapitalize=\"none\" required");
  if (task.name == "password")
    content +=
        text_field("next", "New password (8 characters or more)",
                   "type=\"password\" autocomplete=\"new-password\" minlength=\"8\" required") +
        text_field("again", "New password again",
                   "type=\"password\" autocomplete=\"new-password\" minlength=\"8\" required");
  content += "<p>" + button(task.button) + "</p>\n</form>\n<p><a href=\"account\">Back</a></p>\n";
  return page(problem.empty() ? 200 : 401, task.title, content);
}

std::string visit_row(const Visit& visit, const security::Session& session) {
  const bool is_this = session.id == visit.session.id;
  return "<form method=\"post\" action=\"account\">\n" + hidden("csrf", visit.session.csrf) +
         hidden("do", "end-visit") + hidden("visit", session.id) + "<p>Since " +
         time_text(session.authenticated_at) + (is_this ? ", this one" : "") + ": " +
         escaped(session.agent.empty() ? "a browser without a name" : session.agent) + "</p>\n<p>" +
         button(is_this ? "Log out" : "End", "class=\"no\"") + "</p>\n</form>\n";
}

PageAnswer overview(const Visit& visit, const User& user) {
  FHIR_TRY(sessions, security::Sessions(visit.environment).sessions_of(user.name));
  std::string content = "<p>You are logged in as <strong>" + escaped(user.name) + "</strong>. " +
                        (user.has_second_factor() ? "You have a second factor, and " +
                                                        std::to_string(user.recoveries.size()) +
                                                        " recovery codes are left."
                                                  : "You have no second factor.") +
                        "</p>\n<ul>\n";
  for (const Task& task : k_tasks) {
    if (task_of(task.name, user) == nullptr) continue;
    content += "<li><a href=\"account?do=" + std::string(task.name) + "\">" +
               std::string(task.title) + "</a></li>\n";
  }
  FHIR_TRY(grants, security::Grants(visit.environment).grants_of(user.name));
  const auto emergencies = std::count_if(
      grants.begin(), grants.end(), [](const security::Grant& one) { return !one.reason.empty(); });
  content += "<li><a href=\"manage\">Apps with access</a>";
  if (emergencies > 0)
    content += ", <strong>" + std::to_string(emergencies) + " in an emergency</strong>";
  content += "</li>\n</ul>\n<h2>Where you are logged in</h2>\n";
  for (const security::Session& session : sessions) content += visit_row(visit, session);
  content += "<form method=\"post\" action=\"account\">\n" + hidden("csrf", visit.session.csrf) +
             hidden("do", "end-others") + "<p>" + button("End all others", "class=\"no\"") +
             "</p>\n</form>\n";
  return page(200, "Your account", content);
}

std::string list_of(const std::vector<std::string>& codes) {
  std::string out = "<ul>\n";
  for (const std::string& code : codes) out += "<li><code>" + escaped(code) + "</code></li>\n";
  return out + "</ul>\n";
}

http::Response codes_page(const std::vector<std::string>& codes) {
  return page(
      200, "Recovery codes",
      "<p>Each stands in once for a code of your authenticator. They are shown this once: keep "
      "them where nobody else finds them.</p>\n" +
          list_of(codes) + "<p><a href=\"account\">Back</a></p>\n");
}

http::Response enrolment_form(const Visit& visit, const security::ProposedFactor& factor,
                              std::string_view problem) {
  std::string content;
  if (!problem.empty())
    content += "<p class=\"error\" role=\"alert\">" + escaped(problem) + "</p>\n";
  if (!factor.secret_text.empty())
    content += "<p>Add this secret to your authenticator: <code>" + escaped(factor.secret_text) +
               "</code></p>\n<p><a href=\"" + escaped(factor.uri) +
               "\">Open it in an authenticator on this device</a></p>\n";
  content += "<form method=\"post\" action=\"account\">\n" + hidden("csrf", visit.session.csrf) +
             hidden("do", "confirm") + hidden("factor", factor.sealed) +
             text_field("code", "Code that it shows now",
                        "autocomplete=\"one-time-code\" inputmode=\"numeric\" required autofocus") +
             "<p>" + button("Confirm") + "</p>\n</form>\n";
  return page(problem.empty() ? 200 : 401, "Set up an authenticator", content);
}

/// Whether the form proves again who the user is.
fhir::Result<bool> is_sure(Visit& visit, const Task& task, const User& user) {
  security::Users users(visit.environment);
  const security::Origin origin = visit.origin_of(user.name);
  FHIR_TRY(login, users.check_password(user.name, typed(visit, "password"), origin));
  if (login != Login::accepted) return false;
  if (!asks_code(task, user)) return true;
  FHIR_TRY(second, users.check_second_factor(user.name, typed(visit, "code"), origin));
  return second == Login::accepted;
}

/// After a change of what a login asks for, only this visit goes on, under a new cookie.
fhir::Result<void> go_on_alone(Visit& visit) {
  security::Sessions sessions(visit.environment);
  FHIR_CHECK(sessions.end_others(visit.session.user, visit.session.id));
  visit.session.authenticated_at = visit.environment.now_ms();
  FHIR_TRY(session, sessions.renew(std::move(visit.session)));
  visit.session = std::move(session);
  return {};
}

PageAnswer change_password(Visit& visit, const Task& task, const User& user) {
  const std::string next = typed(visit, "next");
  if (next != typed(visit, "again"))
    return form_of(visit, task, user, "The new password was not typed twice the same.");
  const auto done = security::Users(visit.environment).set_password(user.name, next);
  if (!done && done.error().type == fhir::IssueType::invalid)
    return form_of(visit, task, user, done.error().diagnostics);
  if (!done) return fhir::unexpected(done.error());
  FHIR_CHECK(go_on_alone(visit));
  return message_page(200, "Password changed", "From now on your new password counts.");
}

PageAnswer perform(Visit& visit, const Task& task, const User& user) {
  FHIR_TRY(sure, is_sure(visit, task, user));
  if (!sure)
    return form_of(visit, task, user,
                   "Password or code is wrong, or there were too many attempts. After several "
                   "failures wait a few minutes.");
  security::Users users(visit.environment);
  if (task.name == "password") return change_password(visit, task, user);
  if (task.name == "enroll")
    return enrolment_form(visit, users.propose(user, visit.session.csrf), {});
  if (task.name == "recovery") {
    FHIR_TRY(codes, users.renew_recovery_codes(user.name));
    return codes_page(codes);
  }
  FHIR_CHECK(users.remove_second_factor(user.name));
  FHIR_CHECK(go_on_alone(visit));
  return redirect("account");
}

PageAnswer confirm(Visit& visit, const User& user) {
  const std::string sealed = typed(visit, "factor");
  FHIR_TRY(codes, security::Users(visit.environment)
                      .accept(user.name, sealed, visit.session.csrf, typed(visit, "code")));
  if (!codes) return enrolment_form(visit, {{}, {}, sealed}, "The code is wrong.");
  FHIR_CHECK(go_on_alone(visit));
  return codes_page(*codes);
}

PageAnswer end_visits(Visit& visit, std::string_view what) {
  security::Sessions sessions(visit.environment);
  const std::string user = visit.session.user;
  if (what == "end-others") {
    FHIR_CHECK(sessions.end_others(user, visit.session.id));
  } else {
    FHIR_CHECK(sessions.end_one(user, visit.form.get("visit")));
  }
  return redirect("account");
}

}  // namespace

PageAnswer account_page(Visit& visit) {
  if (!visit.session.is_logged_in()) return redirect("login?to=account");
  FHIR_TRY(user, security::Users(visit.environment).find(visit.session.user));
  if (!user) return stale_form();
  const std::string_view what = visit.form.get("do");
  const Task* task = task_of(what, *user);
  if (!visit.is_post())
    return task == nullptr ? overview(visit, *user) : form_of(visit, *task, *user, {});
  if (!visit.has_csrf()) return stale_form();
  if (task != nullptr) return perform(visit, *task, *user);
  if (what == "confirm") return confirm(visit, *user);
  if (what == "end-visit" || what == "end-others") return end_visits(visit, what);
  return stale_form();
}

}  // namespace server::web
