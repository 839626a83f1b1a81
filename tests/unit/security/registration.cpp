#include "src/security/registration.h"

#include <doctest/doctest.h>

#include "unit/security/world.h"

using namespace server::security;
using server::security::test::World;
namespace test = server::security::test;

namespace {

constexpr std::string_view k_public =
    R"({"redirect_uris":["https://new.example/back"],"token_endpoint_auth_method":"none",)"
    R"("client_name":"New app","scope":"launch/patient patient/*.rs","unknown_member":1})";

struct Registered : World {
  Registration registration{environment};
  Registered() { options.registration = RegistrationMode::open; }

  fhir::json::Document add(std::string_view body, std::string_view token = {}) {
    const auto answer = registration.add(body, token.empty() ? "" : "Bearer " + std::string(token));
    REQUIRE(answer);
    return fhir::json::Document::read(*answer).value();
  }
  std::string error_of(std::string_view body) {
    const auto answer = registration.add(body, "");
    return answer ? "" : answer.error().error;
  }
};

std::string bearer(const fhir::json::Document& answer) {
  return "Bearer " + std::string(answer.root().string_at("registration_access_token"));
}

}  // namespace

TEST_CASE_FIXTURE(Registered, "an app registers itself and is an app then") {
  const auto answer = add(k_public);
  const fhir::json::Value& json = answer.root();
  const std::string id(json.string_at("client_id"));
  CHECK(json.string_at("registration_client_uri") ==
        "https://ehr.example/fhir/auth/register/" + id);
  CHECK(json.find("client_secret") == nullptr);
  CHECK(json.string_at("scope") == "launch/patient patient/*.rs");
  const auto client = clients.find(id).value();
  REQUIRE(client);
  CHECK(client->kind == ClientKind::public_);
  CHECK(client->is_self_registered());
  auto pairs = test::with(authorize_pairs("patient/*.rs user/*.rs", id), "redirect_uri",
                          "https://new.example/back");
  const Session session = logged_in("ada");
  const Decision decision = begin(pairs, session);
  REQUIRE(decision.kind == Decision::Kind::pending);
  const auto transaction = authorization.find(decision.text, session).value().value();
  CHECK(transaction.scopes == "patient/*.rs");
  CHECK(transaction.is_self_registered);
}

TEST_CASE_FIXTURE(Registered, "a secret is told once, and a private_key_jwt app brings its keys") {
  const auto secret = add(R"({"redirect_uris":["http://127.0.0.1:7777/back"]})");
  const auto client = clients.find(secret.root().string_at("client_id")).value();
  REQUIRE(client);
  CHECK(Clients::is_secret(*client, secret.root().string_at("client_secret")));
  const auto read = registration.read(client->id, bearer(secret));
  REQUIRE(read);
  CHECK(read->find("\"client_secret\"") == std::string::npos);
  const std::string key = public_key(new_key(Algorithm::es384, "k"));
  const auto signer = add(
      R"({"redirect_uris":["https://a.example"],"token_endpoint_auth_method":"private_key_jwt",)"
      R"("jwks":{"keys":[)" +
      key + "]}}");
  CHECK(clients.find(signer.root().string_at("client_id")).value()->kind == ClientKind::asymmetric);
}

TEST_CASE_FIXTURE(Registered, "metadata that will not do are refused by their name") {
  const auto redirects = [](const std::string& uris) {
    return R"({"token_endpoint_auth_method":"none","redirect_uris":)" + uris + "}";
  };
  for (const std::string uris :
       {R"([])", R"(["http://app.example/back"])", R"(["https://a.example/#x"])",
        R"(["http://localhost.evil.example/"])", R"(["javascript:alert"])",
        R"(["https://user@a.example/"])", R"(["/back"])", R"(["com.app:/back"])",
        R"(["http://127.0.0.1@evil.example/"])"}) {
    CAPTURE(uris);
    const std::string error = error_of(redirects(uris));
    CHECK((error == "invalid_redirect_uri" || error == "invalid_client_metadata"));
  }
  CHECK(error_of(R"({"token_endpoint_auth_method":"none"})") == "invalid_redirect_uri");
  const auto more = [](const std::string& members) {
    return R"({"redirect_uris":["https://a.example/"],)" + members + "}";
  };
  for (const std::string members :
       {R"("token_endpoint_auth_method":"client_secret_jwt")", R"("grant_types":["password"])",
        R"("grant_types":["implicit"])", R"("grant_types":"authorization_code")",
        R"("grant_types":["client_credentials"])", R"("response_types":["token"])",
        R"("scope":"system/*.rs")", R"("scope":"nothing")", R"("client_name":"a\nb")",
        R"("token_endpoint_auth_method":"private_key_jwt")",
        R"("token_endpoint_auth_method":"private_key_jwt","jwks":{"keys":[]})",
        R"("token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://a.example/keys")"}) {
    CAPTURE(members);
    CHECK(error_of(more(members)) == "invalid_client_metadata");
  }
  CHECK(error_of("no json") == "invalid_client_metadata");
  CHECK(error_of("[]") == "invalid_client_metadata");
}

TEST_CASE_FIXTURE(Registered, "where a token is asked for, each is good for one registration") {
  options.registration = RegistrationMode::token;
  CHECK(error_of(k_public) == "invalid_token");
  const std::string initial = new_registration_token(environment, 1'000).value();
  CHECK(registration.add("{}", "Bearer " + initial).error().error == "invalid_redirect_uri");
  add(k_public, initial);
  CHECK(registration.add(k_public, "Bearer " + initial).error().error == "invalid_token");
  const std::string late = new_registration_token(environment, 1'000).value();
  now += 1'001;
  CHECK(registration.add(k_public, "Bearer " + late).error().error == "invalid_token");
  const std::string backend = new_registration_token(environment, 1'000).value();
  const auto answer =
      add(R"({"grant_types":["client_credentials"],"token_endpoint_auth_method":"private_key_jwt",)"
          R"("jwks_uri":"https://a.example/keys","scope":"system/Patient.rs user/*.rs"})",
          backend);
  CHECK(answer.root().string_at("scope") == "system/Patient.rs");
  options.registration = RegistrationMode::off;
  CHECK(error_of(k_public) == "access_denied");
}

TEST_CASE_FIXTURE(Registered, "a registration is changed and ended by its own token alone") {
  const auto one = add(k_public), other = add(k_public);
  const std::string id(one.root().string_at("client_id"));
  for (const std::string& token : {std::string(), bearer(other), std::string("Bearer x")}) {
    CHECK(registration.read(id, token).error().error == "invalid_token");
    CHECK(registration.update(id, k_public, token).error().error == "invalid_token");
    CHECK(registration.remove(id, token).error().error == "invalid_token");
  }
  CHECK(registration.read("app", bearer(one)).error().error == "invalid_token");
  CHECK_FALSE(registration.update(id, k_public, bearer(one)));  // names no client_id
  const std::string body = R"({"client_id":")" + id +
                           R"(","redirect_uris":["https://new.example/2"],)"
                           R"("token_endpoint_auth_method":"client_secret_basic"})";
  const auto changed = registration.update(id, body, bearer(one));
  REQUIRE(changed);
  CHECK(changed->find("\"client_secret\"") != std::string::npos);
  CHECK(clients.find(id).value()->redirect_uris ==
        std::vector<std::string>{"https://new.example/2"});
  REQUIRE(registration.remove(id, bearer(one)));
  CHECK_FALSE(clients.find(id).value());
  CHECK(registration.read(id, bearer(one)).error().error == "invalid_token");
}

TEST_CASE_FIXTURE(Registered,
                  "what anybody registered and nobody used ends, and what is used stays") {
  const auto one = add(k_public), other = add(k_public);
  const std::string id(one.root().string_at("client_id")),
      used(other.root().string_at("client_id"));
  const auto pairs = [&](std::string_view scope) {
    return test::with(authorize_pairs(scope, used), "redirect_uri", "https://new.example/back");
  };
  auto exchange = code_pairs(approved(pairs("launch/patient patient/*.rs")), used);
  CHECK(clients.find(used).value()->is_unused());  // nobody has been given a token
  REQUIRE(token(test::with(exchange, "redirect_uri", "https://new.example/back")));
  CHECK_FALSE(clients.find(used).value()->is_unused());
  // A change of an unused registration does not make it last.
  const std::string body = R"({"client_id":")" + id +
                           R"(","redirect_uris":["https://new.example/2"],)"
                           R"("token_endpoint_auth_method":"none"})";
  REQUIRE(registration.update(id, body, bearer(one)));
  REQUIRE(clients.set_disabled(id, true));
  REQUIRE(clients.set_disabled(id, false));
  now += options.unused_ms - 1;
  CHECK(clients.find(id).value());
  now += 2;
  CHECK_FALSE(clients.find(id).value());
  CHECK(registration.read(id, bearer(one)).error().error == "invalid_token");
  CHECK(clients.find(used).value());
  CHECK(registration.read(used, bearer(other)));
}

TEST_CASE_FIXTURE(Registered, "one address has few registrations that were never used") {
  std::string last;
  for (int count = 0; count < 20; ++count) REQUIRE(registration.add(k_public, "", "192.0.2.1"));
  const auto refused = registration.add(k_public, "", "192.0.2.1");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == 429);
  CHECK(registration.add(k_public, "", "192.0.2.2"));
  now += options.unused_ms + 1;
  CHECK(registration.add(k_public, "", "192.0.2.1"));
}

TEST_CASE_FIXTURE(Registered,
                  "registrations of many addresses keep nobody out for longer than an hour") {
  const auto first = add(k_public);
  for (int count = 1; count < 1'000; ++count) {
    now += 1;
    REQUIRE(registration.add(k_public, "", "192.0.2." + std::to_string(count)));
  }
  CHECK(registration.add(k_public, "", "198.51.100.1").error().status == 503);
  now += 3'600'000;
  CHECK(registration.add(k_public, "", "198.51.100.1"));
  CHECK_FALSE(clients.find(first.root().string_at("client_id")).value());
  CHECK(clients.all().value().size() == 1'001);  // with the one that an administrator registered
}

TEST_CASE_FIXTURE(Registered, "a registration by a token takes its time") {
  options.registration = RegistrationMode::token;
  const auto one = add(k_public, new_registration_token(environment, 1'000).value());
  now += options.unused_ms * 2;
  CHECK(clients.find(one.root().string_at("client_id")).value());
}

TEST_CASE_FIXTURE(Registered,
                  "nobody is sent to where an app that registered itself says, by a mistake") {
  const auto one = add(k_public);
  auto pairs = test::with(authorize_pairs("patient/*.rs", one.root().string_at("client_id")),
                          "redirect_uri", "https://new.example/back");
  const Decision decision = begin(test::with(pairs, "aud", "https://other.example"), Session{});
  CHECK(decision.kind == Decision::Kind::offer);
  CHECK(decision.text.starts_with("https://new.example/back?error=invalid_request"));
  CHECK(begin(pairs, Session{}).kind == Decision::Kind::pending);
}
