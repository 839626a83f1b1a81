#include "src/security/token_endpoint.h"

#include <doctest/doctest.h>

#include <array>

#include "src/security/client_authentication.h"
#include "src/security/json_fields.h"
#include "unit/security/world.h"

using namespace server::security;
using namespace server::security::test;
using fhir::json::Document;

namespace {

constexpr std::string_view k_scopes = "launch/patient openid fhirUser offline_access patient/*.rs";

std::string error_of(const OAuthResult<std::string>& answer) {
  return answer ? "" : std::to_string(answer.error().status) + " " + answer.error().error;
}

Document claims_of(const std::string& token) {
  const std::size_t dot = token.find('.');
  return Document::read(
             from_base64url(token.substr(dot + 1, token.find('.', dot + 1) - dot - 1)).value())
      .value();
}

/// A world with a backend service that signs by keys of its own.
struct BackendWorld : World {
  std::string key = new_key(Algorithm::es384, "k1");
  std::string rsa_key = new_key(Algorithm::rs384, "k2");
  int jti = 0;

  BackendWorld() {
    Client backend;
    backend.id = "backend";
    backend.kind = ClientKind::asymmetric;
    backend.is_backend = true;
    backend.scopes = "system/*.rs";
    backend.jwks = jwks_of(std::vector{public_key(key), public_key(rsa_key)});
    REQUIRE(clients.add(backend));
  }

  struct Claims {
    std::string iss = "backend", sub = "backend", aud = std::string(k_base) + "/auth/token", jti;
    std::int64_t exp_in = 200, nbf_in = 0;
  };
  std::string assertion(Claims claims, const std::string& by) {
    const std::int64_t seconds = now / 1000;
    std::string text;
    fhir::json::Builder out(text);
    out.begin_object().string("iss", claims.iss).string("sub", claims.sub);
    out.string("aud", claims.aud).number("exp", seconds + claims.exp_in);
    if (claims.nbf_in != 0) out.number("nbf", seconds + claims.nbf_in);
    if (claims.jti.empty()) claims.jti = "jti-" + std::to_string(++jti);
    if (claims.jti != "-") out.string("jti", claims.jti);
    out.end_object();
    return sign(text, by);
  }
  Pairs pairs(const std::string& assertion_text, std::string_view scope = "system/*.read") {
    return {{"grant_type", "client_credentials"},
            {"scope", std::string(scope)},
            {"client_assertion_type", std::string(k_jwt_bearer)},
            {"client_assertion", assertion_text}};
  }
  std::string refused(Claims claims) { return error_of(token(pairs(assertion(claims, key)))); }
};

}  // namespace

TEST_CASE_FIXTURE(World, "a code becomes tokens with the context of the launch") {
  const Document answer = granted(k_scopes);
  const auto& json = answer.root();
  CHECK(json.string_at("token_type") == "Bearer");
  CHECK(integer_at(json, "expires_in") == 3600);
  CHECK(json.string_at("scope") == "openid fhirUser offline_access patient/*.rs launch/patient");
  CHECK(json.string_at("patient") == "pat-1");
  CHECK(is_true_at(json, "need_patient_banner"));
  CHECK(json.string_at("smart_style_url") == std::string(k_base) + "/auth/style.json");
  CHECK_FALSE(json.string_at("refresh_token").empty());
  CHECK(is_active(json.string_at("access_token")));
  now += 3'600'000;
  CHECK_FALSE(is_active(json.string_at("access_token")));
}

TEST_CASE_FIXTURE(World, "the id token is signed by RS256 and tells whose it is") {
  const Document answer = granted(k_scopes);
  const std::string token(answer.root().string_at("id_token"));
  const auto verified =
      verify(token, std::array{Algorithm::rs256}, SigningKeys(environment).jwks().value());
  REQUIRE(verified);
  const Document claims = Document::read(verified->payload).value();
  CHECK(claims.root().string_at("iss") == k_base);
  CHECK(claims.root().string_at("aud") == "app");
  CHECK(claims.root().string_at("sub") == users.find("ada").value()->subject);
  CHECK(claims.root().string_at("fhirUser") == std::string(k_base) + "/Practitioner/p1");
  CHECK(integer_at(claims.root(), "iat") == now / 1000);
  CHECK(integer_at(claims.root(), "exp").value() > now / 1000);
}

TEST_CASE_FIXTURE(World, "keys rotate: the new one signs, the old one verifies for a day") {
  const std::string old(granted(k_scopes).root().string_at("id_token"));
  SigningKeys keys(environment);
  const std::string before = keys.jwks().value();
  now += 1000;
  REQUIRE(keys.rotate());
  const std::string both = keys.jwks().value();
  const std::string fresh = keys.sign("{}").value();
  constexpr std::array k_rs256 = {Algorithm::rs256};
  CHECK(verify(old, k_rs256, both));
  CHECK(verify(fresh, k_rs256, both));
  CHECK_FALSE(verify(fresh, k_rs256, before));
  now += 86'400'001;
  CHECK_FALSE(verify(old, k_rs256, keys.jwks().value()));
  CHECK(verify(fresh, k_rs256, keys.jwks().value()));
}

TEST_CASE_FIXTURE(World,
                  "without offline_access there is no refresh token, without openid no id token") {
  const Document answer = granted("launch/patient patient/*.rs");
  CHECK(answer.root().find("refresh_token") == nullptr);
  CHECK(answer.root().find("id_token") == nullptr);
}

TEST_CASE_FIXTURE(World, "a code that is used twice ends the tokens of its first use") {
  const Pairs pairs = code_pairs(approved(authorize_pairs(k_scopes)));
  const Document first = Document::read(token(pairs).value()).value();
  CHECK(is_active(first.root().string_at("access_token")));
  CHECK(error_of(token(pairs)) == "400 invalid_grant");
  CHECK_FALSE(is_active(first.root().string_at("access_token")));
}

TEST_CASE_FIXTURE(World, "a code is for its client, redirect URI and verifier, and for a minute") {
  Client other;
  other.id = "other";
  other.redirect_uris = {std::string(k_redirect)};
  REQUIRE(clients.add(other));
  const auto fresh = [&] { return code_pairs(approved(authorize_pairs(k_scopes))); };
  const std::string challenge = to_base64url(sha256(k_verifier));
  CHECK(error_of(token(with(fresh(), "client_id", "other"))) == "400 invalid_grant");
  CHECK(error_of(token(with(fresh(), "redirect_uri", "https://app.example/"))) ==
        "400 invalid_grant");
  for (const std::string& verifier :
       {std::string(), std::string("short"), std::string(k_verifier) + "x", challenge,
        std::string(43, ' ')})
    CHECK(error_of(token(with(fresh(), "code_verifier", verifier))) == "400 invalid_grant");
  const Pairs late = fresh();
  now += options.code_ms + 1;
  CHECK(error_of(token(late)) == "400 invalid_grant");
  CHECK(error_of(token(with(fresh(), "code", "BAD"))) == "400 invalid_grant");
  CHECK(error_of(token(with(fresh(), "client_id", "BAD"))) == "401 invalid_client");
  CHECK(error_of(token(with(fresh(), "client_id", ""))) == "401 invalid_client");
  CHECK(error_of(token(with(fresh(), "grant_type", "password"))) == "400 unsupported_grant_type");
  // A wrong verifier uses the code up.
  const Pairs pairs = fresh();
  CHECK_FALSE(token(with(pairs, "code_verifier", std::string(k_verifier) + "x")));
  CHECK_FALSE(token(pairs));
}

TEST_CASE_FIXTURE(World, "refresh tokens rotate, and one that comes again ends them all") {
  const Document first = granted(k_scopes);
  const auto refresh = [&](std::string_view token_text, std::string_view scope = {}) {
    return token(with({{"grant_type", "refresh_token"},
                       {"refresh_token", std::string(token_text)},
                       {"client_id", "app"}},
                      "scope", scope));
  };
  const std::string one(first.root().string_at("refresh_token"));
  const Document second = Document::read(refresh(one).value()).value();
  const std::string two(second.root().string_at("refresh_token"));
  CHECK(two != one);
  CHECK(second.root().string_at("scope") == first.root().string_at("scope"));
  CHECK(second.root().string_at("patient") == "pat-1");
  CHECK(is_active(second.root().string_at("access_token")));
  CHECK(error_of(refresh(one)) == "400 invalid_grant");
  CHECK_FALSE(is_active(first.root().string_at("access_token")));
  CHECK_FALSE(is_active(second.root().string_at("access_token")));
  CHECK(error_of(refresh(two)) == "400 invalid_grant");
  CHECK(error_of(refresh("random")) == "400 invalid_grant");
}

TEST_CASE_FIXTURE(World, "a refresh may ask for less, never for more") {
  const Document first = granted(k_scopes);
  std::string current(first.root().string_at("refresh_token"));
  const auto refresh = [&](std::string_view scope) {
    return token({{"grant_type", "refresh_token"},
                  {"refresh_token", current},
                  {"client_id", "app"},
                  {"scope", std::string(scope)}});
  };
  CHECK(error_of(refresh("patient/*.cruds")) == "400 invalid_scope");
  CHECK(error_of(refresh("user/*.rs")) == "400 invalid_scope");
  CHECK(error_of(refresh("openid nonsense")) == "400 invalid_scope");
  const Document less = Document::read(refresh("patient/Patient.rs").value()).value();
  CHECK(less.root().string_at("scope") == "patient/Patient.rs");
  CHECK(grants.access(less.root().string_at("access_token")).value()->scopes ==
        "patient/Patient.rs");
  current = less.root().string_at("refresh_token");
  const Document again = Document::read(refresh("patient/*.rs").value()).value();
  CHECK(again.root().string_at("scope") == "patient/*.rs");
}

TEST_CASE_FIXTURE(World, "another client cannot use a refresh token, nor end it") {
  Client other;
  other.id = "other";
  other.redirect_uris = {"https://other.example/"};
  REQUIRE(clients.add(other));
  const Document first = granted(k_scopes);
  const std::string refresh(first.root().string_at("refresh_token"));
  CHECK(error_of(token({{"grant_type", "refresh_token"},
                        {"refresh_token", refresh},
                        {"client_id", "other"}})) == "400 invalid_grant");
  CHECK(endpoint.revoke(Form({{"token", refresh}, {"client_id", "other"}}), ""));
  CHECK(is_active(first.root().string_at("access_token")));
}

TEST_CASE_FIXTURE(World, "a symmetric client proves itself by Basic or in the form") {
  Client app;
  app.id = "conf";
  app.kind = ClientKind::symmetric;
  app.redirect_uris = {std::string(k_redirect)};
  const std::string secret = clients.add(app).value();
  CHECK(secret.size() == 43);
  const std::string basic = "Basic ";
  const auto encoded = [](const std::string& text) {  // padded base64 of what has no + and /
    std::string out = to_base64url(text);
    for (char& c : out) c = c == '-' ? '+' : c == '_' ? '/' : c;
    while (out.size() % 4 != 0) out += '=';
    return out;
  };
  const auto fresh = [&] {
    return with(code_pairs(approved(authorize_pairs(k_scopes, "conf")), "conf"), "client_id", "");
  };
  CHECK(token(fresh(), basic + encoded("conf:" + secret)));
  CHECK(token(with(with(fresh(), "client_id", "conf"), "client_secret", secret)));
  CHECK(error_of(token(fresh(), basic + encoded("conf:wrong"))) == "401 invalid_client");
  CHECK(error_of(token(fresh(), basic + "!!")) == "401 invalid_client");
  CHECK(error_of(token(fresh(), "Bearer x")) == "401 invalid_client");
  CHECK(error_of(token(with(fresh(), "client_id", "conf"))) == "401 invalid_client");
  CHECK(error_of(token(with(fresh(), "client_secret", secret),
                       basic + encoded("conf:" + secret))) == "400 invalid_request");
  CHECK(error_of(token(with(fresh(), "client_id", "app"), basic + encoded("conf:" + secret))) ==
        "401 invalid_client");
}

TEST_CASE_FIXTURE(BackendWorld,
                  "a backend service gets a token of five minutes by its own signature") {
  for (const std::string& by : {key, rsa_key}) {
    const auto answer = token(pairs(assertion({}, by)));
    REQUIRE(answer);
    const Document json = Document::read(*answer).value();
    CHECK(json.root().string_at("scope") == "system/*.read");
    CHECK(integer_at(json.root(), "expires_in") == 300);
    CHECK(json.root().find("refresh_token") == nullptr);
    CHECK(is_active(json.root().string_at("access_token")));
  }
}

TEST_CASE_FIXTURE(BackendWorld, "an assertion is refused that is not for here and now and once") {
  using C = Claims;
  CHECK(refused({}).empty());
  const std::string bad = "401 invalid_client";
  C claims;
  claims.aud = std::string(k_base);
  CHECK(refused(claims) == bad);
  claims = {};
  claims.iss = "app";
  CHECK(refused(claims) == bad);
  claims = {};
  claims.sub = "app";
  CHECK(refused(claims) == bad);
  claims = {};
  claims.exp_in = -100;
  CHECK(refused(claims) == bad);
  claims.exp_in = 1000;
  CHECK(refused(claims) == bad);
  claims = {};
  claims.nbf_in = 100;
  CHECK(refused(claims) == bad);
  claims = {};
  claims.jti = "-";
  CHECK(refused(claims) == bad);
  claims.jti = "once";
  CHECK(refused(claims).empty());
  CHECK(refused(claims) == bad);
  const std::string stranger = new_key(Algorithm::es384, "k1");
  CHECK(error_of(token(pairs(assertion({}, stranger)))) == bad);
  const std::string wrong_kid = new_key(Algorithm::es384, "k9");
  CHECK(error_of(token(pairs(assertion({}, wrong_kid)))) == bad);
  CHECK(error_of(token(pairs("not.a.token"))) == bad);
  CHECK(error_of(token(pairs(""))) == bad);
  CHECK(error_of(token(with(pairs(assertion({}, key)), "client_assertion_type", "x"))) ==
        "400 invalid_request");
  CHECK(error_of(token(with(pairs(assertion({}, key)), "grant_type", "x"))) ==
        "400 unsupported_grant_type");
  const std::string good = assertion({}, key);
  const std::string none =
      to_base64url(R"({"alg":"none","kid":"k1"})") + good.substr(good.find('.'));
  CHECK(error_of(token(pairs(none))) == bad);
  CHECK(error_of(token(pairs(std::string(k_jws_bytes_max + 1, 'a')))) == bad);
}

TEST_CASE_FIXTURE(BackendWorld, "a backend service gets system scopes that it registered for") {
  CHECK(error_of(token(pairs(assertion({}, key), "system/*.cruds"))) == "400 invalid_scope");
  CHECK(error_of(token(pairs(assertion({}, key), "user/*.rs"))) == "400 invalid_scope");
  CHECK(error_of(token(pairs(assertion({}, key), "openid"))) == "400 invalid_scope");
  // RFC 6749, 3.1 and 3.3: "without a value … as if they were omitted", and then there is a default
  const Document all = Document::read(token(pairs(assertion({}, key), "")).value()).value();
  CHECK(all.root().string_at("scope") == "system/*.rs");
  const Document json =
      Document::read(token(pairs(assertion({}, key), "system/Patient.rs system/*.cruds")).value())
          .value();
  CHECK(json.root().string_at("scope") == "system/Patient.rs");
}

TEST_CASE_FIXTURE(BackendWorld,
                  "introspection tells of active tokens, to those who prove who they are") {
  const Document answer = granted(k_scopes);
  const std::string access(answer.root().string_at("access_token"));
  const auto ask = [&](const std::string& text) {
    Pairs form = pairs(assertion({}, key));
    form.emplace_back("token", text);
    return Document::read(endpoint.introspect(Form(form), "").value()).value();
  };
  const Document told = ask(access);
  CHECK(is_true_at(told.root(), "active"));
  CHECK(told.root().string_at("client_id") == "app");
  CHECK(told.root().string_at("scope") == answer.root().string_at("scope"));
  CHECK(integer_at(told.root(), "exp") == now / 1000 + 3600);
  CHECK(told.root().string_at("patient") == "pat-1");
  const Document claims = claims_of(std::string(answer.root().string_at("id_token")));
  CHECK(told.root().string_at("iss") == claims.root().string_at("iss"));
  CHECK(told.root().string_at("sub") == claims.root().string_at("sub"));
  CHECK(told.root().string_at("fhirUser") == claims.root().string_at("fhirUser"));
  CHECK(ask("nonsense").source() == R"({"active":false})");
  const Form bare(Pairs{{"token", access}});
  CHECK(error_of(endpoint.introspect(bare, "")) == "401 invalid_client");
  CHECK(error_of(endpoint.introspect(Form({{"token", access}, {"client_id", "app"}}), "")) ==
        "401 invalid_client");
  CHECK(endpoint.introspect(bare, "Bearer " + access));
  CHECK(error_of(endpoint.introspect(bare, "Bearer nonsense")) == "401 invalid_token");
  options.open_introspection = true;
  CHECK(endpoint.introspect(bare, ""));
}

TEST_CASE_FIXTURE(World, "a revoked access token ends, a revoked refresh token ends all") {
  const auto revoke = [&](std::string_view text) {
    return endpoint.revoke(Form({{"token", std::string(text)}, {"client_id", "app"}}), "");
  };
  const Document first = granted(k_scopes);
  CHECK(revoke("nonsense"));
  CHECK(revoke(first.root().string_at("access_token")));
  CHECK_FALSE(is_active(first.root().string_at("access_token")));
  const Document second = granted(k_scopes);
  CHECK(revoke(second.root().string_at("refresh_token")));
  CHECK_FALSE(is_active(second.root().string_at("access_token")));
  CHECK(grants.grants_of("ada").value().size() == 1);
  CHECK_FALSE(endpoint.revoke(Form(Pairs{{"token", "x"}}), ""));
}

TEST_CASE_FIXTURE(World, "all that was granted to a client can be revoked at once") {
  const Document first = granted(k_scopes);
  const Document second = granted(k_scopes, "pat");
  CHECK(grants.revoke_all_of("other").value() == 0);
  CHECK(is_active(first.root().string_at("access_token")));
  CHECK(grants.revoke_all_of("app").value() == 2);
  CHECK_FALSE(is_active(first.root().string_at("access_token")));
  CHECK_FALSE(is_active(second.root().string_at("access_token")));
}

TEST_CASE_FIXTURE(World, "no token, code or secret lies open in the records") {
  const std::string url = approved(authorize_pairs(k_scopes));
  const Document answer = Document::read(token(code_pairs(url)).value()).value();
  for (const std::string& secret :
       {parameter_of(url, "code"), std::string(answer.root().string_at("access_token")),
        std::string(answer.root().string_at("refresh_token"))}) {
    for (const auto& [key, record] : records.all()) {
      CHECK(key.second.find(secret) == std::string::npos);
      CHECK(record.value.find(secret) == std::string::npos);
    }
  }
}

TEST_CASE_FIXTURE(World, "registrations are judged: URIs, keys, secrets") {
  Client client;
  client.id = "new";
  CHECK_FALSE(clients.add(client));  // no redirect URI
  for (const char* uri : {"javascript:alert(1)", "https://a.example/#x", "/relative", "http:///x",
                          "https://a.example/\"", "data:text/html,x", ""}) {
    client.redirect_uris = {uri};
    CHECK_FALSE_MESSAGE(clients.add(client), std::string(uri));
  }
  client.redirect_uris = {"com.example.app:/back"};
  client.id = "n:w";
  CHECK_FALSE(clients.add(client));
  client.id = "new";
  CHECK_FALSE(clients.add(client, "a secret of a public client"));
  CHECK(clients.add(client));
  CHECK(clients.add(client).error().type == fhir::IssueType::duplicate);
  client.id = "sym";
  client.kind = ClientKind::symmetric;
  CHECK_FALSE(clients.add(client, "short"));
  CHECK(clients.add(client, "a secret that a test preset has"));
  CHECK(Clients::is_secret(clients.find("sym").value().value(), "a secret that a test preset has"));
  client.id = "asym";
  client.kind = ClientKind::asymmetric;
  CHECK_FALSE(clients.add(client));
  client.jwks_url = "https://a.example/jwks";
  CHECK(clients.add(client));
  client.id = "both";
  client.jwks = "{}";
  CHECK_FALSE(clients.add(client));
  client.id = "backend";
  client.kind = ClientKind::public_;
  client.is_backend = true;
  CHECK_FALSE(clients.add(client));
}
