#include "src/security/attempts.h"

#include <doctest/doctest.h>

#include "src/security/device.h"
#include "src/security/one_time_code.h"
#include "unit/security/world.h"

using namespace server::security;
using server::security::test::World;

namespace {

const Origin k_home{"192.0.2.1", ""};
const Origin k_elsewhere{"198.51.100.7", ""};
const Origin k_known{"198.51.100.7", "a-device-of-ada"};

Login ada(World& world, const Origin& origin, std::string_view password = "ada's password") {
  return world.users.check_password("ada", password, origin).value();
}

}  // namespace

TEST_CASE_FIXTURE(World, "who guesses from one address makes nobody wait who comes from another") {
  for (unsigned i = 0; i < 20; ++i) ada(*this, k_elsewhere, "a guess");
  CHECK(ada(*this, k_elsewhere) == Login::locked);
  CHECK(ada(*this, k_home) == Login::accepted);
}

TEST_CASE_FIXTURE(World, "who guesses from many addresses makes nobody wait at a known browser") {
  options.name_failures_max = 30;
  for (unsigned i = 0; i < options.name_failures_max; ++i)
    CHECK(ada(*this, {"203.0.113." + std::to_string(i), ""}, "a guess") == Login::refused);
  CHECK(ada(*this, k_home) == Login::locked);
  CHECK(ada(*this, k_known) == Login::accepted);
  now += 3'600'001;
  CHECK(ada(*this, k_home) == Login::accepted);
}

TEST_CASE_FIXTURE(World, "a known browser has no more tries than any other") {
  for (unsigned i = 0; i < options.failures_max; ++i)
    CHECK(ada(*this, k_known, "a guess") == Login::refused);
  CHECK(ada(*this, k_known) == Login::locked);
  CHECK(ada(*this, k_home) == Login::accepted);
}

TEST_CASE_FIXTURE(World, "a name that nobody has is counted as one that somebody has") {
  const auto nobody = [&] { return users.check_password("nobody", "x", k_home).value(); };
  const auto somebody = [&] { return users.check_password("ada", "x", k_home).value(); };
  for (unsigned i = 0; i < options.failures_max + 2; ++i) CHECK(nobody() == somebody());
  CHECK(nobody() == Login::locked);
}

TEST_CASE_FIXTURE(World, "a name that nobody has costs the writes of one that somebody has") {
  const auto writes_of = [&](std::string_view name) {
    const int before = records.puts();
    CHECK(users.check_password(name, "x", k_home).value() == Login::refused);
    return records.puts() - before;
  };
  CHECK(writes_of("ada") == 2);
  CHECK(writes_of("nobody") == 2);
  REQUIRE(users.set_disabled("ada", true).value());
  CHECK(writes_of("ada") == 2);
}

TEST_CASE_FIXTURE(World, "codes are guessed slowly from however many addresses") {
  REQUIRE(users.enroll("ada").value());
  for (unsigned i = 0; i < options.failures_max; ++i)
    CHECK(users.check_second_factor("ada", "000000", {"203.0.113." + std::to_string(i), ""})
              .value() == Login::refused);
  CHECK(users.check_second_factor("ada", "000000", k_home).value() == Login::locked);
  CHECK(users.unlock("ada").value());
  CHECK(users.check_second_factor("ada", "000000", k_home).value() == Login::refused);
}

TEST_CASE_FIXTURE(World,
                  "a browser is known by its cookie to who has logged in by it, for a while") {
  Device device = Device::of_cookie(environment, "");
  CHECK_FALSE(device.knows("ada"));
  device.add("ada");
  device.add("pat");
  const std::string cookie = device.cookie(environment);
  CHECK(cookie.find("ada") == std::string::npos);
  const Device again = Device::of_cookie(environment, cookie);
  CHECK(again.id() == device.id());
  CHECK(again.knows("ada"));
  CHECK(again.knows("pat"));
  CHECK_FALSE(again.knows("eva"));
  std::string forged = cookie;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  CHECK(Device::of_cookie(environment, forged).id() != device.id());
  for (int i = 0; i < 12; ++i) device.add("user-" + std::to_string(i));
  CHECK_FALSE(device.knows("ada"));
  now += options.device_ms + 1;
  CHECK_FALSE(Device::of_cookie(environment, cookie).knows("ada"));
}

TEST_CASE_FIXTURE(World,
                  "a disabled user can do nothing until it is enabled, and has granted nothing") {
  const Session session = logged_in("ada");
  const auto tokens = granted("user/*.rs offline_access");
  const std::string access(tokens.root().string_at("access_token"));
  const std::string refresh(tokens.root().string_at("refresh_token"));
  const std::string url = approved(authorize_pairs("user/*.rs"));
  REQUIRE(is_active(access));
  REQUIRE(users.set_disabled("ada", true).value());
  CHECK_FALSE(is_active(access));
  CHECK_FALSE(
      token({{"grant_type", "refresh_token"}, {"refresh_token", refresh}, {"client_id", "app"}}));
  CHECK_FALSE(token(code_pairs(url)));
  CHECK_FALSE(sessions.find(session.cookie).value());
  CHECK(ada(*this, k_home) == Login::refused);
  REQUIRE(users.set_disabled("ada", false).value());
  CHECK(ada(*this, k_home) == Login::accepted);
  CHECK_FALSE(is_active(access));
  CHECK_FALSE(users.set_disabled("nobody", true).value());
}

TEST_CASE_FIXTURE(World, "a new password, and a removal, end visits, tokens and codes at once") {
  for (const bool is_removal : {false, true}) {
    CAPTURE(is_removal);
    const std::string access(granted("user/*.rs").root().string_at("access_token"));
    const std::string url = approved(authorize_pairs("user/*.rs"));
    const Session session = logged_in("ada");
    now += 1;
    if (is_removal) {
      REQUIRE(users.remove("ada").value());
    } else {
      REQUIRE(users.set_password("ada", "another password").value());
    }
    CHECK_FALSE(is_active(access));
    CHECK_FALSE(token(code_pairs(url)));
    CHECK_FALSE(sessions.find(session.cookie).value());
  }
}

TEST_CASE_FIXTURE(World, "a grant that outlived its user's password is good for no refresh") {
  const auto tokens = granted("user/*.rs offline_access");
  const std::string refresh(tokens.root().string_at("refresh_token"));
  const auto kept = grants.grants_of("ada").value();
  now += 1;
  REQUIRE(users.set_password("ada", "another password").value());
  for (const Grant& grant : kept)  // as if the server had stopped between the two
    REQUIRE(records.put("grant", grant.id,
                        R"({"client":"app","user":"ada","authenticatedAt":)" +
                            std::to_string(grant.authenticated_at) +
                            R"(,"scopes":"user/*.rs offline_access","subject":")" + grant.subject +
                            R"("})",
                        0, std::nullopt));
  const auto answer =
      token({{"grant_type", "refresh_token"}, {"refresh_token", refresh}, {"client_id", "app"}});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().error == "invalid_grant");
}

TEST_CASE_FIXTURE(World, "a disabled client can do nothing until it is enabled") {
  const std::string access(granted("user/*.rs").root().string_at("access_token"));
  const std::string url = approved(authorize_pairs("user/*.rs"));
  const Session session = logged_in("ada");
  const Decision pending = begin(authorize_pairs("user/*.rs"), session);
  REQUIRE(clients.set_disabled("app", true).value());
  CHECK_FALSE(is_active(access));
  CHECK_FALSE(token(code_pairs(url)));
  CHECK_FALSE(authorization.find(pending.text, session).value());
  CHECK(begin(authorize_pairs("user/*.rs"), session).kind == Decision::Kind::error_page);
  REQUIRE(clients.set_disabled("app", false).value());
  CHECK(begin(authorize_pairs("user/*.rs"), session).kind == Decision::Kind::pending);
}

TEST_CASE_FIXTURE(World, "a user sets up a second factor by a code of it, in one visit") {
  const User user = users.find("ada").value().value();
  const ProposedFactor factor = users.propose(user, "visit");
  CHECK_FALSE(users.find("ada").value()->has_second_factor());
  const auto secret =
      vault.open_sealed(factor.sealed, "proposed-totp/" + user.subject + "/" + token_hash("visit"));
  REQUIRE(secret);
  const std::string code = totp_code(*secret, now / 1000);
  CHECK_FALSE(users.accept("ada", factor.sealed, "visit", "000000x").value());
  CHECK_FALSE(users.accept("ada", factor.sealed, "another", code).value());
  CHECK_FALSE(users.accept("pat", factor.sealed, "visit", code).value());
  const auto codes = users.accept("ada", factor.sealed, "visit", code).value();
  REQUIRE(codes);
  CHECK(users.find("ada").value()->has_second_factor());
  CHECK(users.check_second_factor("ada", code).value() == Login::refused);  // used up
  CHECK(users.check_second_factor("ada", codes->front()).value() == Login::accepted);
  const auto others = users.renew_recovery_codes("ada").value();
  CHECK(users.check_second_factor("ada", codes->back()).value() == Login::refused);
  CHECK(users.check_second_factor("ada", others.back()).value() == Login::accepted);
  REQUIRE(users.remove_second_factor("ada"));
  CHECK_FALSE(users.find("ada").value()->has_second_factor());
}

TEST_CASE_FIXTURE(World, "the visits of a user are listed and ended, and nobody else's") {
  const Session one = logged_in("ada"), two = logged_in("ada"), other = logged_in("pat");
  CHECK(sessions.sessions_of("ada").value().size() == 2);
  REQUIRE(sessions.end_one("ada", other.id));
  CHECK(sessions.find(other.cookie).value());
  REQUIRE(sessions.end_others("ada", one.id));
  CHECK(sessions.find(one.cookie).value());
  CHECK_FALSE(sessions.find(two.cookie).value());
  CHECK(sessions.find(other.cookie).value());
}

TEST_CASE_FIXTURE(World,
                  "keys are replaced when they are old, and no more often than they are kept") {
  const auto count = [&] {
    const auto set = fhir::json::Document::read(SigningKeys(environment).jwks().value()).value();
    return set.root().find("keys")->items().size();
  };
  SigningKeys keys(environment);
  const std::string before = keys.sign("{}").value();
  REQUIRE(keys.rotate_when_due());
  CHECK(count() == 1);
  now += options.key_rotation_ms;
  REQUIRE(keys.rotate_when_due());
  CHECK(count() == 2);
  CHECK(verify(before, std::vector{Algorithm::rs256}, keys.jwks().value()));
  REQUIRE(keys.rotate_when_due());
  CHECK(count() == 2);
  now += 86'400'001;
  CHECK(count() == 1);
  CHECK_FALSE(verify(before, std::vector{Algorithm::rs256}, keys.jwks().value()));
  for (int i = 0; i < 30; ++i) (void)keys.rotate();
  CHECK_FALSE(keys.rotate());
  CHECK(verify(keys.sign("{}").value(), std::vector{Algorithm::rs256}, keys.jwks().value()));
}
