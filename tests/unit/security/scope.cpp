#include "src/security/scope.h"

#include <doctest/doctest.h>

using namespace server::security;

namespace {

Scope scope(std::string_view text) {
  const auto parsed = parse_scope(text);
  REQUIRE_MESSAGE(parsed, std::string(text));
  return *parsed;
}

}  // namespace

TEST_CASE("v2 scopes name context, type and rights in the order cruds") {
  const Scope one = scope("patient/Observation.rs");
  CHECK(one.context == ScopeContext::patient);
  CHECK(one.type == "Observation");
  CHECK(one.rights == (right_read | right_search));
  CHECK(scope("system/*.cruds").rights == rights_all);
  for (const char* bad :
       {"patient/Observation.sr", "patient/Observation.", "patient/Observation", "patient/.rs",
        "patient/observation.rs", "patient/Observation.rr", "patient/Observation.x",
        "other/Patient.r", "patient/*.rs?category=x", "patient/Observation.rs?",
        "Patient/Observation.rs", "patient/Observation.read?category=x", "launch/imagingstudy",
        "patient/Obs\"ervation.rs"})
    CHECK_MESSAGE(!parse_scope(bad), std::string(bad));
}

TEST_CASE("v1 scopes are understood: read is rs, write is cud") {
  CHECK(scope("patient/Patient.read").rights == (right_read | right_search));
  CHECK(scope("user/Patient.write").rights == (right_create | right_update | right_delete));
  CHECK(scope("user/*.*").rights == rights_all);
  CHECK(scope("user/*.*").text == "user/*.*");
}

TEST_CASE("a filter is kept as it came, bars, slashes and question marks in it") {
  const std::string text =
      "patient/Condition.rs?category=http://terminology.hl7.org/CodeSystem/condition-category|"
      "encounter-diagnosis";
  CHECK(scope(text).text == text);
  CHECK(scope(text).query ==
        "category=http://terminology.hl7.org/CodeSystem/condition-category|encounter-diagnosis");
  CHECK(scope("patient/Observation.rs?code=a?b").query == "code=a?b");
}

TEST_CASE("scopes are split at spaces and at nothing else") {
  const auto scopes = parse_scopes("openid  fhirUser patient/Patient.rs\tx openid unknown launch");
  CHECK(text_of(scopes) == "openid fhirUser launch");
  CHECK(parse_scopes("").empty());
  CHECK(text_of(parse_scopes("patient/Condition.rs?category=a,b&code=c user/*.rs")) ==
        "patient/Condition.rs?category=a,b&code=c user/*.rs");
}

TEST_CASE("a scope is within another of its context when type, rights and filter are") {
  CHECK(is_within(scope("patient/Patient.r"), scope("patient/*.rs")));
  CHECK(is_within(scope("patient/Patient.read"), scope("patient/Patient.rs")));
  CHECK(is_within(scope("patient/Condition.rs?category=a"), scope("patient/Condition.rs")));
  CHECK_FALSE(is_within(scope("patient/Condition.rs"), scope("patient/Condition.rs?category=a")));
  CHECK_FALSE(is_within(scope("patient/Condition.rs?category=b"),
                        scope("patient/Condition.rs?category=a")));
  CHECK_FALSE(is_within(scope("user/Patient.r"), scope("patient/Patient.r")));
  CHECK_FALSE(is_within(scope("patient/*.rs"), scope("patient/Patient.rs")));
  CHECK_FALSE(is_within(scope("patient/Patient.cruds"), scope("patient/Patient.rs")));
  CHECK(is_within(scope("openid"), scope("openid")));
  CHECK_FALSE(is_within(scope("openid"), scope("patient/Patient.rs")));
  CHECK_FALSE(is_within(scope("patient/Patient.rs"), scope("openid")));
}

TEST_CASE("what is asked beyond the scopes held is left out") {
  const auto held = parse_scopes("openid patient/Patient.r patient/Patient.s patient/Condition.rs");
  const auto got = within(
      parse_scopes("openid offline_access patient/Patient.rs patient/Condition.cruds user/*.rs"),
      held);
  CHECK(text_of(got) == "openid patient/Patient.rs");
}

TEST_CASE("a narrowed scope is written as the one it came from") {
  CHECK(narrowed(scope("patient/*.read"), "Condition", right_read | right_search, "").text ==
        "patient/Condition.read");
  CHECK(narrowed(scope("patient/*.rs"), "Condition", right_read, "category=a").text ==
        "patient/Condition.r?category=a");
  CHECK(narrowed(scope("user/*.cruds"), "Patient", rights_all, "").text == "user/Patient.cruds");
}
