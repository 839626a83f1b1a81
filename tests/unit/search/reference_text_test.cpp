#include "src/search/reference_text.h"

#include "fixture.h"

using namespace server::search;

TEST_CASE("a reference is read by its type and id where it names them") {
  struct Case {
    const char* text;
    ReferenceKind kind;
    const char* type;
    const char* id;
  };
  constexpr auto k_local = ReferenceKind::local;
  constexpr auto k_other = ReferenceKind::other;
  const Case cases[] = {
      {"Patient/23", k_local, "Patient", "23"},
      {"Patient/23/_history/4", k_local, "Patient", "23"},
      {"http://test.example/fhir/Patient/23", k_local, "Patient", "23"},
      {"http://test.example/fhir/Patient/23/_history/1", k_local, "Patient", "23"},
      {"http://test.example/fhirs/Patient/23", k_other, "Patient", "23"},
      {"http://test.example/fhir/x/Patient/23", k_other, "Patient", "23"},
      {"https://other.example/Patient/23", k_other, "Patient", "23"},
      {"#p1", ReferenceKind::contained, "", "p1"},
      {"#", ReferenceKind::contained, "", ""},
      {"urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", k_other, "", ""},
      {"Nothing/23", k_other, "", ""},
      {"DomainResource/23", k_other, "", ""},
      {"HumanName/23", k_other, "", ""},
      {"Patient/not an id", k_other, "", ""},
      {"Patient", k_other, "", ""},
      {"Patient?identifier=a|b", k_other, "", ""},
      {"x/Patient/23", k_other, "Patient", "23"},
      {"", k_other, "", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto read = read_reference(c.text, search_test::k_base_url, *search_test::core());
    CHECK(read.kind == c.kind);
    CHECK(read.type == c.type);
    CHECK(read.id == c.id);
  }
}

TEST_CASE("an id has 1 to 64 letters, digits, hyphens and dots") {
  CHECK(is_id("a"));
  CHECK(is_id(std::string(64, 'x')));
  CHECK_FALSE(is_id(std::string(65, 'x')));
  CHECK_FALSE(is_id(""));
  CHECK_FALSE(is_id("a_b"));
}
