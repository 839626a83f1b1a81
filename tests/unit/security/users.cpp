#include "src/security/users.h"

#include <doctest/doctest.h>

#include "src/security/one_time_code.h"
#include "unit/security/world.h"

using namespace server::security;
using server::security::test::World;

namespace {

Login password(World& world, std::string_view name, std::string_view text) {
  return world.users.check_password(name, text).value();
}

Login second(World& world, std::string_view code) {
  return world.users.check_second_factor("ada", code).value();
}

/// The secret as an authenticator has it.
std::string secret_of(const World& world) {
  const User user = world.users.find("ada").value().value();
  return world.vault.open_sealed(user.totp_sealed, "totp/" + user.subject).value();
}

}  // namespace

TEST_CASE_FIXTURE(World, "a user logs in with the password, and with no other") {
  CHECK(password(*this, "ada", "ada's password") == Login::accepted);
  CHECK(password(*this, "ada", "pat's password") == Login::refused);
  CHECK(password(*this, "nobody", "ada's password") == Login::refused);
}

TEST_CASE_FIXTURE(World, "a user is locked out after failures in a row, longer each time") {
  for (unsigned i = 0; i < options.failures_max; ++i)
    CHECK(password(*this, "ada", "wrong password") == Login::refused);
  CHECK(password(*this, "ada", "ada's password") == Login::locked);
  now += options.lockout_ms + 1;
  CHECK(password(*this, "ada", "wrong password") == Login::refused);
  now += options.lockout_ms + 1;
  CHECK(password(*this, "ada", "ada's password") == Login::locked);
  now += options.lockout_ms;
  CHECK(password(*this, "ada", "ada's password") == Login::accepted);
  CHECK(password(*this, "ada", "wrong password") == Login::refused);  // counted anew
  CHECK(password(*this, "ada", "ada's password") == Login::accepted);
}

TEST_CASE_FIXTURE(World, "the second factor is a code of the authenticator, each once") {
  REQUIRE(users.enroll("ada").value());
  const std::string secret = secret_of(*this);
  const std::string code = totp_code(secret, now / 1000);
  CHECK(second(*this, "000000x") == Login::refused);
  CHECK(second(*this, code) == Login::accepted);
  CHECK(second(*this, code) == Login::refused);
  now += 60'000;
  CHECK(second(*this, totp_code(secret, now / 1000)) == Login::accepted);
}

TEST_CASE_FIXTURE(World, "a recovery code stands in for the second factor, once") {
  const auto codes = users.enroll("ada").value().value().recovery_codes;
  CHECK(second(*this, codes[3]) == Login::accepted);
  CHECK(second(*this, codes[3]) == Login::refused);
  CHECK(second(*this, codes[4]) == Login::accepted);
}

TEST_CASE_FIXTURE(World, "failures of the second factor count although the password is right") {
  REQUIRE(users.enroll("ada").value());
  for (unsigned i = 0; i + 1 < options.failures_max; ++i) {
    CHECK(password(*this, "ada", "ada's password") == Login::accepted);
    CHECK(second(*this, "x") == Login::refused);
  }
  CHECK(second(*this, "x") == Login::refused);
  CHECK(password(*this, "ada", "ada's password") == Login::locked);
}

TEST_CASE_FIXTURE(World,
                  "neither passwords nor secrets of authenticators lie open in the records") {
  const auto factor = users.enroll("ada").value().value();
  const std::string secret = secret_of(*this);
  for (const auto& [key, record] : records.all()) {
    CHECK(record.value.find("ada's password") == std::string::npos);
    CHECK(record.value.find(secret) == std::string::npos);
    CHECK(record.value.find(factor.secret_text) == std::string::npos);
    for (const std::string& code : factor.recovery_codes)
      CHECK(record.value.find(code) == std::string::npos);
  }
}

TEST_CASE_FIXTURE(World, "a user is refused whose role is none") {
  User user;
  user.name = "rec";
  for (const char* role : {"king", "none", "Nurse", ""}) {
    user.role = role;
    CHECK_FALSE(users.add(user, "a password"));
  }
  for (const char* role : {"receptionist", "lab-technician", "billing", "civil-authority"}) {
    user.name = user.role = role;
    CHECK(users.add(user, "a password"));
  }
}

TEST_CASE_FIXTURE(World, "a patient's user needs a patient, and nobody comes twice") {
  User user;
  user.name = "kim";
  user.role = "patient";
  CHECK_FALSE(users.add(user, "a password"));
  user.fhir_user = "RelatedPerson/r1";
  CHECK_FALSE(users.add(user, "a password"));
  user.patients = {"pat-1"};
  CHECK(users.add(user, "a password"));
  CHECK_FALSE(users.add(user, "a password"));
  user.name = "k im";
  CHECK_FALSE(users.add(user, "a password"));
  user.name = "kim2";
  CHECK_FALSE(users.add(user, "short"));
  user.fhir_user = "Organization/1";
  CHECK_FALSE(users.add(user, "a password"));
  CHECK(users.all().value().size() == 3);
  CHECK(users.remove("kim").value());
  CHECK_FALSE(users.remove("kim").value());
}
