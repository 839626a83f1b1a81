#include "src/security/jose.h"

#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "fhir/formats/json_document.h"
#include "src/security/secrets.h"

using namespace server::security;

namespace {

constexpr std::array k_all = {Algorithm::rs256, Algorithm::rs384, Algorithm::rs512,
                              Algorithm::ps256, Algorithm::ps384, Algorithm::ps512,
                              Algorithm::es256, Algorithm::es384, Algorithm::es512};

std::string set_of(const std::string& key) { return jwks_of(std::vector{public_key(key)}); }

const std::string& rsa_key() {
  static const std::string key = new_key(Algorithm::rs384, "rsa-1");
  return key;
}

const std::string& ec_key() {
  static const std::string key = new_key(Algorithm::es384, "ec-1");
  return key;
}

std::string with_header(std::string_view header, const std::string& token) {
  return to_base64url(header) + token.substr(token.find('.'));
}

}  // namespace

TEST_CASE("what is signed is verified by the public key, with alg and kid in its header") {
  for (const Algorithm algorithm : k_all) {
    const std::string key = new_key(algorithm, "k");
    const std::string token = sign(R"({"sub":"x"})", key);
    const auto verified = verify(token, k_all, set_of(key));
    REQUIRE(verified);
    CHECK(verified->payload == R"({"sub":"x"})");
    CHECK(verified->kid == "k");
    const auto header =
        fhir::json::Document::read(from_base64url(token.substr(0, token.find('.'))).value());
    REQUIRE(header);
    CHECK(header->root().string_at("alg") == name_of(algorithm));
    CHECK(header->root().string_at("kid") == "k");
    CHECK(header->root().string_at("typ") == "JWT");
  }
}

TEST_CASE("a public key has nothing private") {
  for (const std::string& key : {rsa_key(), ec_key()}) {
    const auto json = fhir::json::Document::read(public_key(key));
    REQUIRE(json);
    for (const char* name : {"d", "p", "q", "dp", "dq", "qi"})
      CHECK(json->root().find(name) == nullptr);
    CHECK(json->root().string_at("use") == "sig");
    CHECK_FALSE(json->root().string_at("alg").empty());
  }
}

TEST_CASE("a changed token is refused") {
  const std::string token = sign(R"({"sub":"x"})", ec_key());
  const std::size_t dot = token.find('.');
  const std::string other = token.substr(0, dot + 1) + to_base64url(R"({"sub":"y"})") +
                            token.substr(token.find('.', dot + 1));
  CHECK(verify(token, k_all, set_of(ec_key())));
  CHECK_FALSE(verify(other, k_all, set_of(ec_key())));
  CHECK_FALSE(verify(token + "A", k_all, set_of(ec_key())));
  CHECK_FALSE(verify(token.substr(0, token.rfind('.') + 1), k_all, set_of(ec_key())));
}

TEST_CASE("alg none, HMAC and what is not allowed are refused") {
  const std::string token = sign(R"({"sub":"x"})", rsa_key());
  const std::string set = set_of(rsa_key());
  for (const char* header :
       {R"({"alg":"none","kid":"rsa-1"})", R"({"alg":"None"})", R"({"alg":"HS256","kid":"rsa-1"})",
        R"({"alg":"ES384","kid":"rsa-1"})", R"({"kid":"rsa-1"})", R"({"alg":384})", "[]", "x"})
    CHECK_FALSE(verify(with_header(header, token), k_all, set));
  CHECK_FALSE(
      verify(to_base64url(R"({"alg":"none"})") + "." + to_base64url("{}") + ".", k_all, set));
  CHECK_FALSE(verify(token, std::array{Algorithm::es384}, set));
  CHECK_FALSE(verify("", k_all, set));
  CHECK_FALSE(verify("a.b", k_all, set));
  CHECK_FALSE(verify(token + ".x", k_all, set));
}

TEST_CASE("a header that names critical extensions is refused") {
  const std::string token = sign("{}", ec_key());
  CHECK_FALSE(
      verify(with_header(R"({"alg":"ES384","kid":"ec-1","crit":["b64"],"b64":false})", token),
             k_all, set_of(ec_key())));
}

TEST_CASE("the kid chooses the key") {
  const std::string other = new_key(Algorithm::es384, "ec-2");
  const std::string same_kid = new_key(Algorithm::es384, "ec-1");
  const std::string token = sign("{}", ec_key());
  CHECK_FALSE(verify(token, k_all, set_of(other)));
  CHECK_FALSE(verify(token, k_all, set_of(same_kid)));
  CHECK(
      verify(token, k_all,
             jwks_of(std::vector{public_key(other), public_key(same_kid), public_key(ec_key())})));
}

TEST_CASE("a key for encryption or of another alg verifies nothing") {
  std::string set = set_of(ec_key());
  const std::string token = sign("{}", ec_key());
  std::string enc = set;
  enc.replace(enc.find(R"("use":"sig")"), 11, R"("use":"enc")");
  CHECK_FALSE(verify(token, k_all, enc));
  std::string rs256 = set_of(rsa_key());
  rs256.replace(rs256.find("RS384"), 5, "RS256");
  CHECK_FALSE(verify(sign("{}", rsa_key()), k_all, rs256));
}

TEST_CASE("an oversized token is refused unread") {
  const auto refused = verify(std::string(k_jws_bytes_max + 1, 'a'), k_all, set_of(ec_key()));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().type == fhir::IssueType::too_long);
}

TEST_CASE("a JWKS is judged before it is kept") {
  CHECK(check_jwks(set_of(ec_key())));
  CHECK(check_jwks(set_of(rsa_key())));
  CHECK_FALSE(check_jwks(jwks_of(std::vector{ec_key()})));  // a private key
  CHECK_FALSE(check_jwks("{}"));
  CHECK_FALSE(check_jwks("x"));
  CHECK_FALSE(check_jwks(R"({"keys":[]})"));
  CHECK_FALSE(check_jwks(R"({"keys":[{"kty":"oct","k":"AAAA"}]})"));
  CHECK_FALSE(check_jwks(R"({"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]})"));  // too small
}
