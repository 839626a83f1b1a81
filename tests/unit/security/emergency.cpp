#include "src/security/emergency.h"

#include <doctest/doctest.h>

#include "unit/security/world.h"

using namespace server::security;
using server::security::test::World;
namespace test = server::security::test;

namespace {

struct Declared : World {
  std::vector<Grant> told;
  EmergencyTerms terms{right_read | right_search, 600'000,
                       [this](const Grant& grant) { told.push_back(grant); }};

  /// The redirect of an emergency, with all boxes checked that are offered.
  std::string launched(std::string_view scope, const EmergencyTerms* given,
                       std::string_view patient = "pat-1") {
    const Session session = logged_in("ada");
    const Decision decision = begin(authorize_pairs(scope), session);
    REQUIRE(decision.kind == Decision::Kind::pending);
    Transaction one = authorization.find(decision.text, session).value().value();
    REQUIRE(authorization.declare(one, {"found unconscious", "ETREAT"}));
    one = authorization.find(decision.text, session).value().value();
    CHECK(one.emergency.reason == "found unconscious");
    CHECK(authorization.next(one, session) == Step::patient);
    REQUIRE(authorization.choose_patient(one, patient));
    std::vector<std::string> checked;
    for (const Scope& offered : offered_of(one, terms.rights)) checked.push_back(offered.text);
    checked.emplace_back("user/*.cruds");
    checked.emplace_back("offline_access");
    const User user = users.find("ada").value().value();
    return authorization.approve(one, session, user, checked, given).value();
  }
};

}  // namespace

TEST_CASE(
    "scopes of an emergency are of one patient, of the rights that it gives, and do not last") {
  const auto scopes = parse_scopes(
      "launch/patient openid fhirUser offline_access online_access user/*.cruds "
      "patient/Condition.read "
      "user/Observation.rs?category=x patient/Goal.cud patient/*.s user/*.rs");
  CHECK(text_of(in_emergency(scopes, right_read | right_search)) ==
        "patient/*.rs patient/Condition.read patient/Observation.rs?category=x patient/*.s "
        "launch/patient openid fhirUser");
  CHECK(text_of(of_one_patient(scopes, right_read | right_search, false)) ==
        "patient/Condition.read patient/*.s");
}

TEST_CASE_FIXTURE(Declared,
                  "a launch in an emergency gives a short token without a refresh token") {
  const std::string url =
      launched("launch/patient openid offline_access user/*.cruds patient/Condition.rs", &terms);
  REQUIRE(told.size() == 1);
  CHECK(told.front().reason == "found unconscious");
  CHECK(told.front().purpose == "ETREAT");
  CHECK(told.front().patient == "pat-1");
  now += 10'000;
  const auto answer = token(code_pairs(url));
  REQUIRE(answer);
  const auto json = fhir::json::Document::read(*answer).value();
  CHECK(json.root().string_at("scope") ==
        "patient/*.rs patient/Condition.rs openid launch/patient");
  CHECK(json.root().string_at("patient") == "pat-1");
  CHECK(json.root().find("refresh_token") == nullptr);
  const std::string access(json.root().string_at("access_token"));
  CHECK(is_active(access));
  now += 589'000;
  CHECK(is_active(access));
  now += 1'001;
  CHECK_FALSE(is_active(access));
}

TEST_CASE_FIXTURE(Declared, "whose role has no emergency gets a no, and nothing is granted") {
  const std::string url = launched("launch/patient patient/*.rs", nullptr);
  CHECK(test::parameter_of(url, "error") == "access_denied");
  CHECK(grants.grants_of("ada").value().empty());
  CHECK(told.empty());
}

TEST_CASE_FIXTURE(Declared, "an app that registered itself is not launched in an emergency") {
  const auto app = clients.find("app").value();
  REQUIRE(app);
  Client changed = *app;
  changed.registration_hash = "x";
  REQUIRE(clients.replace(changed));
  const std::string url = launched("launch/patient patient/*.rs", &terms);
  CHECK(test::parameter_of(url, "error") == "access_denied");
}

TEST_CASE_FIXTURE(Declared,
                  "an emergency of a launch stays with it, and one declared is of its visit") {
  const Session session = logged_in("ada");
  const auto app = clients.find("app").value();
  LaunchContext context;
  context.user = "ada";
  context.patient = "pat-1";
  context.emergency = {"found", "BTG"};
  const std::string url = authorization.launch(*app, context).value();
  auto pairs = authorize_pairs("launch patient/*.rs");
  pairs.emplace_back("launch", test::parameter_of(url, "launch"));
  const Decision decision = begin(pairs, session);
  REQUIRE(decision.kind == Decision::Kind::pending);
  const auto one = authorization.find(decision.text, session).value();
  REQUIRE(one);
  CHECK(one->emergency.reason == "found");
  CHECK(one->emergency.purpose == "BTG");

  DeclaredEmergencies declared(environment);
  const std::string handle = declared.add(session, {"found", "BTG"}).value();
  CHECK(declared.find(handle, session).value().value().reason == "found");
  CHECK_FALSE(declared.find(handle, logged_in("ada")).value());
  CHECK_FALSE(declared.find(handle + "x", session).value());
  CHECK_FALSE(declared.find("", session).value());
  now += options.transaction_ms + 1;
  CHECK_FALSE(declared.find(handle, session).value());
}
