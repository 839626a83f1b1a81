// https://hl7.org/fhir/R4/patient-operation-match.html: scores from 0 to 1, and grades.
#include "src/operations/patient_likeness.h"

#include <doctest/doctest.h>

#include <string>

#include "fhir/formats/json_document.h"
#include "src/operations/text_similarity.h"

using namespace server::operations;

namespace {

Likeness between(const std::string& a, const std::string& b) {
  const auto left = fhir::json::Document::read(a), right = fhir::json::Document::read(b);
  REQUIRE(left);
  REQUIRE(right);
  return likeness_of(left->root(), right->root());
}

const std::string k_anna =
    R"({"name":[{"family":"O'Neil","given":["Anna"]}],"birthDate":"1980-04-12","gender":"female",)"
    R"("telecom":[{"system":"phone","value":"+44 20 7946 0018"}]})";

}  // namespace

TEST_CASE("soundex gives the codes of its own description") {
  CHECK(sound_of("robert") == "r163");
  CHECK(sound_of("rupert") == "r163");
  CHECK(sound_of("ashcraft") == "a261");
  CHECK(sound_of("tymczak") == "t522");
  CHECK(sound_of("pfister") == "p236");
  CHECK(sound_of("42").empty());
}

TEST_CASE("Jaro-Winkler and the edit distance give their published examples") {
  CHECK(likeness("martha", "marhta") == doctest::Approx(0.9611).epsilon(0.001));
  CHECK(likeness("dixon", "dicksonx") == doctest::Approx(0.8133).epsilon(0.001));
  CHECK(likeness("abc", "xyz") == 0);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("ca", "ac") == 1);
}

TEST_CASE("equal demographics are certain, whatever case, accents and signs they have") {
  const auto found = between(
      k_anna, R"({"name":[{"family":"ONEIL","given":["Ánna","Maria"]}],"birthDate":"1980-04-12",)"
              R"("gender":"female","telecom":[{"value":"02079460018"}]})");
  CHECK(found.grade == MatchGrade::certain);
  CHECK(found.score >= 0.95);
  CHECK(found.score <= 1);
}

TEST_CASE("a shared identifier is certain unless name or birth date speak against it") {
  const std::string id = R"("identifier":[{"system":"urn:mrn","value":"7"}])";
  CHECK(between("{" + id + "}", "{" + id + "}").grade == MatchGrade::certain);
  CHECK(between("{" + id + R"(,"birthDate":"1980-04-12"})",
                "{" + id + R"(,"birthDate":"1955-01-01"})")
            .grade != MatchGrade::certain);
  CHECK(between("{" + id + "}", R"({"identifier":[{"system":"urn:other","value":"7"}]})").grade ==
        MatchGrade::none);
}

TEST_CASE("a misspelt name, or a month and a day that changed places, is probable") {
  const auto misspelt = between(
      k_anna,
      R"({"name":[{"family":"O'Neal","given":["Ana"]}],"birthDate":"1980-04-12","gender":"female"})");
  CHECK(misspelt.grade == MatchGrade::probable);
  const auto turned = between(
      k_anna,
      R"({"name":[{"family":"O'Neil","given":["Anna"]}],"birthDate":"1980-12-04","gender":"female"})");
  CHECK(turned.grade == MatchGrade::probable);
}

TEST_CASE("others are no match, and little to compare makes a low score") {
  CHECK(between(k_anna, R"({"name":[{"family":"Brown","given":["Bob"]}],"birthDate":"1980-04-12"})")
            .grade == MatchGrade::none);
  CHECK(between(R"({"gender":"female"})", R"({"gender":"female"})").grade == MatchGrade::none);
  CHECK(between(R"({"name":[{"family":"Smith"}]})", R"({"name":[{"family":"Smith"}]})").score <
        0.6);
}
