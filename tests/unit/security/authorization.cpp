#include "src/security/authorization.h"

#include <doctest/doctest.h>

#include "unit/security/world.h"

using namespace server::security;
using namespace server::security::test;

namespace {

constexpr std::string_view k_scopes = "launch/patient openid fhirUser patient/*.rs";

}  // namespace

TEST_CASE_FIXTURE(World, "a request is followed through to a code with the same state") {
  const std::string url = approved(authorize_pairs(k_scopes));
  CHECK(url.starts_with(std::string(k_redirect) + "&code="));
  CHECK(parameter_of(url, "state") == "st&ate");
  CHECK(parameter_of(url, "error").empty());
}

TEST_CASE_FIXTURE(World, "an unknown client or redirect URI gets a page, never a redirect") {
  const Session session = sessions.start();
  const Pairs good = authorize_pairs(k_scopes);
  CHECK(begin(with(good, "client_id", "other"), session).kind == Decision::Kind::error_page);
  CHECK(begin(with(good, "client_id", ""), session).kind == Decision::Kind::error_page);
  for (const char* uri : {"", "https://evil.example/back", "https://app.example/back",
                          "https://app.example/back?x=1&y=2", "https://app.example/back?x=1/",
                          "HTTPS://app.example/back?x=1"}) {
    CHECK(begin(with(good, "redirect_uri", uri), session).kind == Decision::Kind::error_page);
  }
  Pairs twice = good;
  twice.emplace_back("redirect_uri", "https://evil.example/");
  CHECK(begin(twice, session).kind == Decision::Kind::error_page);
}

TEST_CASE_FIXTURE(World, "what else is wrong is told to the client") {
  const Session session = sessions.start();
  const Pairs good = authorize_pairs(k_scopes);
  struct Case {
    const char *name, *value, *error;
  };
  for (const Case& one : std::vector<Case>{{"response_type", "token", "unsupported_response_type"},
                                           {"response_type", "", "invalid_request"},
                                           {"aud", "https://evil.example/fhir", "invalid_request"},
                                           {"aud", "", "invalid_request"},
                                           {"state", "", "invalid_request"},
                                           {"code_challenge_method", "plain", "invalid_request"},
                                           {"code_challenge_method", "", "invalid_request"},
                                           {"code_challenge", "", "invalid_request"},
                                           {"code_challenge", "short", "invalid_request"},
                                           {"scope", "", "invalid_scope"},
                                           {"scope", "system/*.rs", "invalid_scope"},
                                           {"launch", "unknown", "invalid_request"}}) {
    const Decision decision = begin(with(good, one.name, one.value), session);
    REQUIRE(decision.kind == Decision::Kind::redirect);
    CHECK(decision.text.starts_with(std::string(k_redirect) + "&error="));
    CHECK(parameter_of(decision.text, "error") == one.error);
    CHECK(parameter_of(decision.text, "code").empty());
    const std::string state = one.name == std::string_view("state") ? "" : "st&ate";
    CHECK(parameter_of(decision.text, "state") == state);
  }
  Pairs twice = good;
  twice.emplace_back("scope", "openid");
  CHECK(parameter_of(begin(twice, session).text, "error") == "invalid_request");
}

TEST_CASE_FIXTURE(World, "the pages follow each other: login, second factor, patient, consent") {
  Session session = sessions.start();
  const Decision decision = begin(authorize_pairs(k_scopes), session);
  REQUIRE(decision.kind == Decision::Kind::pending);
  Transaction one = authorization.find(decision.text, session).value().value();
  CHECK(authorization.next(one, session) == Step::login);
  session.user = "ada";
  session.authenticated_at = now;
  session = sessions.renew(session).value();
  one = authorization.find(one.handle, session).value().value();
  CHECK(authorization.next(one, session) == Step::second_factor);
  session.is_complete = true;
  session = sessions.renew(session).value();
  one = authorization.find(one.handle, session).value().value();
  CHECK(authorization.next(one, session) == Step::patient);
  REQUIRE(authorization.choose_patient(one, "pat-1"));
  CHECK(authorization.next(one, session) == Step::consent);
}

TEST_CASE_FIXTURE(World, "nothing is kept of a request that no login follows") {
  const int before = records.puts();
  for (int i = 0; i < 20; ++i) {
    const Session session = sessions.start();
    const Decision decision = begin(authorize_pairs(k_scopes), Session{});
    const Transaction one = authorization.find(decision.text, session).value().value();
    CHECK(sessions.find(session.cookie).value()->csrf == session.csrf);
    CHECK(authorization.find(one.handle, session).value());
    CHECK(authorization.next(one, session) == Step::login);
  }
  CHECK(records.puts() == before);
}

TEST_CASE_FIXTURE(World, "a request belongs to the visit that shows its page, through the login") {
  Session session = sessions.start();
  const Decision decision = begin(authorize_pairs(k_scopes), Session{});
  const std::string shown = authorization.find(decision.text, session).value()->handle;
  CHECK(shown != decision.text);
  CHECK_FALSE(authorization.find(shown, logged_in("ada")).value());
  CHECK_FALSE(authorization.find(shown, Session{}).value());
  session.user = "ada";
  session.is_complete = true;
  session.authenticated_at = now;
  session = sessions.renew(session).value();
  const Transaction one = authorization.find(shown, session).value().value();
  CHECK(one.handle.size() < 64);
  CHECK(authorization.find(one.handle, session).value());
  // Who has got the first address goes on with it no more.
  CHECK_FALSE(authorization.find(decision.text, logged_in("ada")).value());
  CHECK_FALSE(authorization.find(one.handle, logged_in("ada")).value());
  CHECK(authorization.find(decision.text, session).value()->handle == one.handle);
}

TEST_CASE_FIXTURE(World,
                  "what the browser carries is answered once, and is not the browser's to make") {
  const Session session = logged_in("ada");
  const Decision decision = begin(authorize_pairs("user/*.rs"), Session{});
  for (std::size_t at : {std::size_t{2}, decision.text.size() / 2, decision.text.size() - 1}) {
    std::string changed = decision.text;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    CHECK_FALSE(authorization.find(changed, session).value());
  }
  CHECK_FALSE(authorization.find("s.", session).value());
  CHECK_FALSE(authorization.find(decision.text + std::string(40'000, 'A'), session).value());
  const Transaction one = authorization.find(decision.text, session).value().value();
  const User user = users.find("ada").value().value();
  const auto answer = [&] {
    return authorization.approve(one, session, user, {"user/*.rs"}).value();
  };
  CHECK_FALSE(parameter_of(answer(), "code").empty());
  CHECK(parameter_of(answer(), "error") == "access_denied");
  CHECK_FALSE(authorization.find(decision.text, session).value());
  now += options.transaction_ms + 1;
  CHECK_FALSE(authorization.find(decision.text, session).value());
}

TEST_CASE_FIXTURE(World, "no step can be left out") {
  Session session = sessions.start();
  const Decision decision = begin(authorize_pairs(k_scopes), session);
  const Transaction one = authorization.find(decision.text, session).value().value();
  const User user = users.find("ada").value().value();
  const std::string url = authorization.approve(one, session, user, {"patient/*.rs"}).value();
  CHECK(parameter_of(url, "code").empty());
  CHECK(parameter_of(url, "error") == "access_denied");
}

TEST_CASE_FIXTURE(World, "a visit goes on with its own requests only, and for a while only") {
  const Session session = sessions.start();
  const Session other = sessions.start();
  const Decision decision = begin(authorize_pairs(k_scopes), session);
  CHECK_FALSE(authorization.find(decision.text, other).value());
  CHECK(authorization.find(decision.text, session).value());
  now += options.transaction_ms + 1;
  CHECK_FALSE(authorization.find(decision.text, session).value());
}

TEST_CASE_FIXTURE(World,
                  "the user grants what is left checked, and nothing that was not asked for") {
  const Session session = logged_in("ada");
  const Decision decision =
      begin(authorize_pairs("launch/patient openid patient/Patient.rs patient/Condition.rs "
                            "patient/Observation.rs"),
            session);
  Transaction one = authorization.find(decision.text, session).value().value();
  REQUIRE(authorization.choose_patient(one, "pat-1"));
  const User user = users.find("ada").value().value();
  const auto granted = granted_of(
      one, user,
      {"patient/Patient.rs", "patient/Condition.rs?category=a|b", "patient/Observation.rs",
       "patient/Observation.rs?category=c", "patient/Encounter.rs", "user/Patient.rs",
       "patient/Patient.cruds", "offline_access"});
  CHECK(text_of(granted) ==
        "patient/Patient.rs patient/Condition.rs?category=a|b patient/Observation.rs "
        "launch/patient");
}

TEST_CASE_FIXTURE(World, "nothing left checked is a no") {
  const Session session = logged_in("ada");
  const Decision decision = begin(authorize_pairs("user/Patient.rs"), session);
  const Transaction one = authorization.find(decision.text, session).value().value();
  const User user = users.find("ada").value().value();
  const std::string url = authorization.approve(one, session, user, {}).value();
  CHECK(parameter_of(url, "error") == "access_denied");
  CHECK(parameter_of(url, "state") == "st&ate");
  CHECK_FALSE(authorization.find(decision.text, session).value());
}

TEST_CASE_FIXTURE(World, "a page is answered once") {
  const Session session = logged_in("ada");
  const Decision decision = begin(authorize_pairs("user/Patient.rs"), session);
  const Transaction one = authorization.find(decision.text, session).value().value();
  const User user = users.find("ada").value().value();
  const std::vector<std::string> all = {"user/Patient.rs"};
  CHECK_FALSE(parameter_of(authorization.approve(one, session, user, all).value(), "code").empty());
  CHECK(parameter_of(authorization.approve(one, session, user, all).value(), "code").empty());
}

TEST_CASE_FIXTURE(World, "a patient's user chooses among its own patients") {
  const User pat = users.find("pat").value().value();
  CHECK(Authorization::may_choose(pat, "pat-1"));
  CHECK_FALSE(Authorization::may_choose(pat, "pat-2"));
  const std::string url = approved(authorize_pairs(k_scopes), "pat", "pat-2");
  CHECK(parameter_of(url, "error") == "access_denied");
}

TEST_CASE_FIXTURE(World, "a launch from here hands its context to its app, once, for its user") {
  const Client app = clients.find("app").value().value();
  const auto launch = [&] {
    const std::string url =
        authorization.launch(app, {"app", "ada", "pat-1", "enc-1", "", "reconcile"}).value();
    CHECK(url.starts_with("https://app.example/launch?iss="));
    CHECK(parameter_of(url, "iss") == k_base);
    return parameter_of(url, "launch");
  };
  const Pairs pairs = authorize_pairs("launch openid user/*.rs");
  const std::string handle = launch();
  const std::string url = approved(with(pairs, "launch", handle));
  const auto answer = fhir::json::Document::read(token(code_pairs(url)).value()).value();
  CHECK(answer.root().string_at("patient") == "pat-1");
  CHECK(answer.root().string_at("encounter") == "enc-1");
  CHECK(answer.root().string_at("intent") == "reconcile");
  CHECK(answer.root().string_at("scope").find("launch") != std::string::npos);
  const Session session = logged_in("ada");
  CHECK(parameter_of(begin(with(pairs, "launch", handle), session).text, "error") ==
        "invalid_request");
  CHECK(parameter_of(approved(with(pairs, "launch", launch()), "pat"), "error") == "access_denied");
  const std::string late = launch();
  now += options.launch_ms + 1;
  CHECK(parameter_of(begin(with(pairs, "launch", late), logged_in("ada")).text, "error") ==
        "invalid_request");
}

TEST_CASE_FIXTURE(World, "a launch's patient stays, for its encounter is of that patient") {
  LaunchContext context;
  context.user = "ada";
  context.patient = "pat-1";
  context.encounter = "enc-1";
  const Client app = clients.find("app").value().value();
  const std::string url = authorization.launch(app, context).value();
  const Session session = logged_in("ada");
  const Decision decision = begin(
      with(authorize_pairs("launch patient/*.rs"), "launch", parameter_of(url, "launch")), session);
  REQUIRE(decision.kind == Decision::Kind::pending);
  Transaction one = authorization.find(decision.text, session).value().value();
  REQUIRE(authorization.choose_patient(one, "pat-2"));
  CHECK(one.patient == "pat-1");
  CHECK(authorization.find(decision.text, session).value()->patient == "pat-1");
}

TEST_CASE_FIXTURE(World, "a choice that comes after the answer brings no request back") {
  const Session session = logged_in("ada");
  const Decision decision = begin(authorize_pairs("launch/patient patient/*.rs"), session);
  Transaction one = authorization.find(decision.text, session).value().value();
  REQUIRE(authorization.deny(one));
  REQUIRE(authorization.choose_patient(one, "pat-1"));
  CHECK_FALSE(authorization.find(decision.text, session).value());
}

TEST_CASE_FIXTURE(World, "what forms carried before the login is of no use after it") {
  const Session before = sessions.start();
  Session session = before;
  session.user = "ada";
  session.is_complete = true;
  session.authenticated_at = now;
  CHECK(sessions.renew(session).value().csrf != before.csrf);
}

TEST_CASE_FIXTURE(World, "a visit of nobody ends with the requests that it may be for") {
  const Session nobody = sessions.start();
  const Session ada = logged_in("ada");
  now += options.transaction_ms;
  CHECK_FALSE(sessions.find(nobody.cookie).value());
  CHECK(sessions.find(ada.cookie).value());
  now += options.session_ms;
  CHECK_FALSE(sessions.find(ada.cookie).value());
}

TEST_CASE_FIXTURE(World, "a cookie that was known before the login is of no use after it") {
  Session session = sessions.start();
  const std::string before = session.cookie;
  session.user = "ada";
  session.authenticated_at = now;
  session = sessions.renew(session).value();
  CHECK(session.cookie != before);
  // Nothing was kept of it: it is nobody's visit still, and another one.
  const Session nobody = sessions.find(before).value().value();
  CHECK(nobody.user.empty());
  CHECK(nobody.id != session.id);
  CHECK(nobody.csrf != session.csrf);
  CHECK(sessions.find(session.cookie).value()->user == "ada");
  now += options.session_ms + 1;
  CHECK_FALSE(sessions.find(session.cookie).value());
}

TEST_CASE_FIXTURE(World,
                  "a new password ends the visits of the old one, a removal those of the user") {
  const Session ada = logged_in("ada");
  const Session pat = logged_in("pat");
  now += 1;
  REQUIRE(users.set_password("ada", "another password").value());
  CHECK_FALSE(sessions.find(ada.cookie).value());
  CHECK(sessions.find(pat.cookie).value());
  CHECK(sessions.find(logged_in("ada").cookie).value());
  REQUIRE(users.remove("pat").value());
  CHECK_FALSE(sessions.find(pat.cookie).value());
}
