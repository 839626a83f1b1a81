#include "src/security/outside_tokens.h"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "src/security/secrets.h"

using namespace server::security;

namespace {

constexpr std::string_view k_here = "https://ehr.example/fhir";
constexpr std::string_view k_issuer = "https://idp.example/realm";
constexpr std::int64_t k_now = 1'700'000'000;

const std::string& key_one() {
  static const std::string key = new_key(Algorithm::es256, "one");
  return key;
}
const std::string& key_two() {
  static const std::string key = new_key(Algorithm::es256, "two");
  return key;
}

/// An issuer whose keys may change, and which may be down.
struct Provider {
  std::mutex mutex;
  std::string jwks;
  bool is_down = false;
  std::atomic<int> fetches = 0;

  Provider() { give({key_one()}); }
  void give(const std::vector<std::string>& keys) {
    std::vector<std::string> publics;
    for (const std::string& key : keys) publics.push_back(public_key(key));
    const std::lock_guard lock(mutex);
    jwks = jwks_of(publics);
  }
  void go_down(bool down) {
    const std::lock_guard lock(mutex);
    is_down = down;
  }
  fhir::Result<std::string> fetch(const std::string& url) {
    ++fetches;
    const std::lock_guard lock(mutex);
    if (is_down) return fhir::unexpected(fhir::make_issue(fhir::IssueType::transient, "down"));
    if (url.ends_with("/keys")) return jwks;
    return std::string(
        R"({"issuer":"https://idp.example/realm","jwks_uri":"https://idp.example/keys"})");
  }
};

using Claims = std::map<std::string, std::string>;  // the values are JSON

Claims good() {
  return {{"iss", R"("https://idp.example/realm")"},
          {"aud", R"(["other","https://ehr.example/fhir"])"},
          {"sub", R"("u-1")"},
          {"exp", std::to_string(k_now + 600)},
          {"iat", std::to_string(k_now - 5)},
          {"client_id", R"("app")"},
          {"scope", R"("openid user/*.rs patient/Observation.rs")"},
          {"fhirUser", R"("https://ehr.example/fhir/Practitioner/7")"},
          {"role", R"("physician")"}};
}

std::string text_of(const Claims& claims) {
  std::string text = "{";
  for (const auto& [name, value] : claims) {
    if (text.size() > 1) text += ',';
    text.append("\"").append(name).append("\":").append(value);
  }
  return text + "}";
}

struct Taker {
  Provider provider;
  Issuer issuer = issuer_at(k_issuer).value();
  std::int64_t now = k_now;
  std::unique_ptr<OutsideTokens> tokens;

  Taker() { issuer.refetch_seconds = 3'600; }

  OutsideTokens& make() {
    if (!tokens) {
      OutsideTokens::Parts parts;
      parts.issuers = {issuer};
      parts.base_url = k_here;
      parts.fetch = [this](const std::string& url) { return provider.fetch(url); };
      parts.now_ms = [this] { return now * 1000; };
      parts.is_enforced = [](const Scope& scope) { return scope.type != "Nothing"; };
      tokens = std::make_unique<OutsideTokens>(std::move(parts));
    }
    return *tokens;
  }
  auto take(const std::string& token) { return make().verify(token, sha256(token)); }
  auto take(const Claims& claims) { return take(sign(text_of(claims), key_one())); }
  /// The claims with one of them another, or without it when the value is empty.
  auto with(const std::string& name, const std::string& value) {
    Claims claims = good();
    claims[name] = value;
    if (value.empty()) claims.erase(name);
    return take(claims);
  }
  Grant grant(const std::string& name, const std::string& value) {
    return with(name, value).value()->grant;
  }
  bool refuses(const std::string& name, const std::string& value) {
    const auto got = with(name, value);
    return !got && got.error().situation == fhir::Situation::unauthenticated;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Taker, "a good token of an outside issuer is whom its claims tell") {
  const auto active = take(good());
  REQUIRE(active);
  const Grant& grant = (*active)->grant;
  CHECK(grant.client_id == "app");
  CHECK(grant.user == "u-1");
  CHECK(grant.subject == "https://idp.example/realm|u-1");
  CHECK(grant.fhir_user == "Practitioner/7");
  CHECK(grant.role == "physician");
  CHECK_FALSE(grant.is_patient_user);
  CHECK((*active)->scopes == "openid user/*.rs patient/Observation.rs");
  CHECK((*active)->expires_at == (k_now + 660) * 1000);
}

TEST_CASE_FIXTURE(Taker, "issuer, audience and times have to fit") {
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"iss", R"("https://idp.example/realm/")"},
           {"iss", R"("https://other.example")"},
           {"iss", ""},
           {"aud", R"("https://other.example/fhir")"},
           {"aud", R"("https://ehr.example")"},
           {"aud", ""},
           {"sub", ""},
           {"exp", ""},
           {"exp", std::to_string(k_now - 61)},
           {"exp", R"("1800000000")"},
           {"exp", "1e12"},
           {"exp", std::to_string(k_now + 100'000)},
           {"nbf", std::to_string(k_now + 61)},
           {"nbf", R"("soon")"},
           {"iat", std::to_string(k_now + 61)},
           {"cnf", R"({"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"})"}}) {
    CAPTURE(name);
    CAPTURE(value);
    CHECK(refuses(name, value));
  }
  CHECK(with("exp", std::to_string(k_now - 59)));
  CHECK(with("exp", std::to_string(k_now + 600) + ".5"));
  CHECK(with("nbf", std::to_string(k_now + 59)));
  CHECK(with("aud", R"("https://ehr.example/fhir/")"));
  CHECK(with("iat", ""));
}

TEST_CASE_FIXTURE(Taker, "only a signature by one of the issuer's keys and algorithms counts") {
  const std::string claims = text_of(good());
  const std::string token = sign(claims, key_one());
  REQUIRE(take(token));
  const std::string signature = token.substr(token.rfind('.'));
  const std::string payload = token.substr(token.find('.'), token.rfind('.') - token.find('.'));
  for (const std::string_view header :
       {R"({"alg":"none","kid":"one"})", R"({"alg":"None"})", R"({"alg":"HS256","kid":"one"})",
        R"({"alg":"ES384","kid":"one"})", R"({"kid":"one"})",
        R"({"alg":"ES256","kid":"one","typ":"logout+jwt"})",
        R"({"alg":"ES256","kid":"one","crit":["exp"]})"})
    CHECK_FALSE(take(to_base64url(header) + payload + signature));
  CHECK_FALSE(take(to_base64url(R"({"alg":"none"})") + payload + "."));
  CHECK_FALSE(take(token.substr(0, token.size() - 4) + "AAAA"));
  CHECK_FALSE(take(sign(claims, key_two())));
  const std::string rsa = new_key(Algorithm::rs256, "one");
  CHECK_FALSE(take(sign(claims, rsa)));
  CHECK_FALSE(take("a.b.c"));
  CHECK_FALSE(take(std::string(k_jws_bytes_max, 'a') + ".b.c"));
  issuer.algorithms = {Algorithm::rs256};
  tokens = nullptr;
  CHECK_FALSE(take(token));
}

TEST_CASE_FIXTURE(Taker, "claims are found by name, by path and by pointer, and roles are mapped") {
  issuer.claims = {
      "scp",    "realm_access.roles", "/https:~1~1x.example~1user", "launch.patient", "azp",
      "purpose"};
  issuer.roles = {{"doctor", "physician"}, {"care", "nurse"}};
  Claims claims = good();
  for (const char* name : {"scope", "role", "fhirUser"}) claims.erase(name);
  claims["scp"] = R"(["user/*.rs","patient/*.rs","user/Nothing.rs"])";
  claims["realm_access"] = R"({"roles":["x","care","doctor"]})";
  claims["https://x.example/user"] = R"("Practitioner/7")";
  claims["launch"] = R"({"patient":"Patient/p1"})";
  claims["azp"] = R"("other-app")";
  claims["purpose"] = R"("ETREAT")";
  const Grant grant = take(claims).value()->grant;
  CHECK(grant.scopes == "user/*.rs patient/*.rs");
  CHECK(grant.role == "physician");
  CHECK(grant.fhir_user == "Practitioner/7");
  CHECK(grant.patient == "p1");
  CHECK(grant.client_id == "other-app");
  CHECK(grant.purpose == "ETREAT");
}

TEST_CASE_FIXTURE(Taker, "a claim allows no more than its kind of user may have") {
  CHECK(grant("role", "").scopes == "openid patient/Observation.rs");
  CHECK(grant("role", R"("king")").scopes == "openid patient/Observation.rs");
  CHECK(grant("scope", R"("system/*.rs user/*.rs")").scopes == "user/*.rs");
  CHECK(grant("fhirUser", R"("https://other.example/fhir/Practitioner/7")").fhir_user.empty());
  Claims patient = good();
  patient.erase("role");
  patient["fhirUser"] = R"("Patient/p1")";
  const Grant own = take(patient).value()->grant;
  CHECK(own.is_patient_user);
  CHECK(own.user_patients == std::vector<std::string>{"p1"});
  Claims service = good();
  for (const char* name : {"role", "fhirUser"}) service.erase(name);
  service["scope"] = R"("system/*.rs")";
  const Grant client = take(service).value()->grant;
  CHECK(client.scopes == "system/*.rs");
  CHECK(client.user.empty());
}

TEST_CASE_FIXTURE(Taker, "however many kids are made up, the issuer is asked once in a while") {
  REQUIRE(take(good()));
  const int before = provider.fetches;
  for (int i = 0; i < 50; ++i) {
    const std::string token = sign(text_of(good()), key_one());
    const std::string made_up =
        to_base64url(R"({"alg":"ES256","kid":")" + std::to_string(i) + R"("})") +
        token.substr(token.find('.'));
    const auto got = take(made_up);
    REQUIRE_FALSE(got);
    CHECK(got.error().situation == fhir::Situation::unauthenticated);
  }
  CHECK(provider.fetches == before);
}

TEST_CASE_FIXTURE(Taker, "after a rotation the new key counts, and the old one no longer") {
  issuer.refetch_seconds = 1;
  const std::string token = sign(text_of(good()), key_one());
  const std::string later = sign(text_of(good()), key_two());
  REQUIRE(take(token));
  CHECK(make().known(sha256(token)) != nullptr);
  provider.give({key_two()});
  std::this_thread::sleep_for(std::chrono::milliseconds(1'100));
  CHECK(take(later));
  CHECK(make().known(sha256(token)) == nullptr);
  CHECK_FALSE(take(token));
}

TEST_CASE_FIXTURE(Taker,
                  "an issuer that does not answer is a 503, and its keys of before count on") {
  provider.go_down(true);
  const auto got = take(good());
  REQUIRE_FALSE(got);
  CHECK(got.error().situation == fhir::Situation::unavailable);
  provider.go_down(false);
  issuer.refetch_seconds = 1;
  issuer.keys_kept_seconds = 1;
  tokens = nullptr;
  REQUIRE(take(good()));
  provider.go_down(true);
  const int before = provider.fetches;
  while (provider.fetches == before) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(with("sub", R"("another")"));
}

TEST_CASE_FIXTURE(Taker, "what is remembered of a token ends with it") {
  const std::string token = sign(text_of(good()), key_one());
  REQUIRE(take(token));
  CHECK(make().known(sha256(token)) != nullptr);
  now += 661;
  CHECK(make().known(sha256(token)) == nullptr);
  CHECK_FALSE(take(token));
}

TEST_CASE("settings of issuers are read whole or not at all") {
  const auto good = issuers_of(R"({"issuers":[{"issuer":"https://idp.example","audience":"a",
    "jwks_uri":"https://idp.example/keys","algorithms":["RS256","PS384"],"clock_skew_seconds":0,
    "claims":{"role":"groups"},"roles":{"doctor":"physician"}}]})");
  REQUIRE(good);
  CHECK(good->front().algorithms == std::vector{Algorithm::rs256, Algorithm::ps384});
  CHECK(good->front().claims.role == "groups");
  CHECK(good->front().claims.scopes == "scope");
  for (const std::string one : {
           R"({"issuer":"http://idp.example"})",
           R"({"issuer":"https://idp.example?x=1"})",
           R"({"issuer":"https://idp.example","algorithms":["HS256"]})",
           R"({"issuer":"https://idp.example","algorithms":["none"]})",
           R"({"issuer":"https://idp.example","algorithms":[]})",
           R"({"issuer":"https://idp.example","roles":{"x":"king"}})",
           R"({"issuer":"https://idp.example","claims":{"user":"x"}})",
           R"({"issuer":"https://idp.example","clock_skew":5})",
           R"({"issuer":"https://idp.example","clock_skew_seconds":-1})",
           R"({"issuer":"https://idp.example","audience":[]})",
           R"({"jwks_uri":"https://idp.example/keys"})",
       }) {
    CAPTURE(one);
    CHECK_FALSE(issuers_of(R"({"issuers":[)" + one + "]}"));
  }
  CHECK_FALSE(issuers_of("{}"));
  CHECK_FALSE(issuers_of("[]"));
}
