#include "src/security/one_time_code.h"

#include <doctest/doctest.h>

#include <set>

using namespace server::security;

TEST_CASE("codes are those of RFC 6238, appendix B, in six digits") {
  const std::string secret = "12345678901234567890";
  CHECK(totp_code(secret, 59) == "287082");
  CHECK(totp_code(secret, 1111111109) == "081804");
  CHECK(totp_code(secret, 2000000000) == "279037");
}

TEST_CASE("a code counts in its step and the ones beside it, and once") {
  const std::string secret = new_totp_secret();
  const std::int64_t now = 1'700'000'000;
  const std::string code = totp_code(secret, now);
  const auto step = totp_step(secret, code, now, 0);
  REQUIRE(step);
  CHECK(*step == now / 30);
  CHECK(totp_step(secret, code, now + 30, 0) == step);
  CHECK(totp_step(secret, code, now - 30, 0) == step);
  CHECK_FALSE(totp_step(secret, code, now + 61, 0));
  CHECK_FALSE(totp_step(secret, code, now, *step));
  CHECK_FALSE(totp_step(secret, "", now, 0));
}

TEST_CASE("a secret is written in base32 for people and in a URI for authenticators") {
  CHECK(totp_secret_text("12345678901234567890") == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  CHECK(totp_uri("12345678901234567890", "ada@x", "Medi Sync") ==
        "otpauth://totp/Medi%20Sync:ada%40x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=Medi%20Sync");
}

TEST_CASE("recovery codes are ten different ones, and forgive case and dashes") {
  const auto codes = new_recovery_codes();
  CHECK(std::set(codes.begin(), codes.end()).size() == 10);
  CHECK(codes[0].size() == 11);
  CHECK(recovery_hash("abcde-fghjk") == recovery_hash("ABCDE FGHJK"));
  CHECK(recovery_hash(codes[0]) != recovery_hash(codes[1]));
}
