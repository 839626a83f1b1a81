#include "src/access/told_of.h"

#include "unit/access/fixture.h"

using namespace access_test;

namespace {

std::string told(std::string_view type, std::string_view body) {
  std::string text;
  for (const access::Led& one : access::led_to(type, body, definitions()))
    text.append(text.empty() ? "" : " ").append(one.type).append("/").append(one.id);
  return text;
}

}  // namespace

TEST_CASE("a Provenance leads to its targets and its sources") {
  CHECK(told("Provenance", R"({"target":[{"reference":"Observation/a/_history/2"},)"
                           R"({"reference":"http://here/fhir/Patient/p"},{"display":"it"}],)"
                           R"("entity":[{"what":{"reference":"Condition/c"}},{"what":{}}],)"
                           R"("agent":[{"who":{"reference":"Practitioner/d"}}]})") ==
        "Observation/a Patient/p Condition/c");
}

TEST_CASE("an AuditEvent leads to its entities, and a Binary to its context") {
  constexpr std::string_view k_event =
      R"({"entity":[{"what":{"reference":"Observation/a"}},{"what":{"reference":"#in"}}]})";
  CHECK(told("AuditEvent", k_event) == "Observation/a");
  CHECK(told("Binary", R"({"securityContext":{"reference":"Patient/p"}})") == "Patient/p");
  CHECK(told("Binary", R"({"contentType":"text/plain"})").empty());
}

TEST_CASE("what is withheld with others itself is not led to") {
  CHECK(told("Provenance", R"({"target":[{"reference":"Provenance/a"},)"
                           R"({"reference":"Binary/b"},{"reference":"urn:uuid:1"}]})")
            .empty());
  CHECK(told("Provenance", "no JSON").empty());
}
