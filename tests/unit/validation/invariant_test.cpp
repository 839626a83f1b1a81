// https://hl7.org/fhir/R4/conformance-rules.html#constraints
#include "fhir/validation/invariants.h"

#include "support.h"

using fhir::Severity;
using test::validate;

TEST_CASE("a broken invariant is reported with its key, words and place") {
  const auto issue =
      validate(R"({"resourceType":"Patient","contact":[{"relationship":[{"text":"x"}]}]})").error();
  CHECK(issue.rule == "pat-1");
  CHECK(issue.expression == "Patient.contact[0]");
  CHECK(issue.type == fhir::IssueType::invariant);
}

TEST_CASE("invariants of data types hold wherever the type is used") {
  CHECK(validate(R"({"resourceType":"Patient","telecom":[{"value":"1"}]})")
            .has_error("Patient.telecom[0]", "cpt-2"));
  CHECK(
      validate(
          R"({"resourceType":"Patient","name":[{"family":"A","period":{"start":"2020-02-02","end":"2020-02-01"}}]})")
          .has_error("Patient.name[0].period", "per-1"));
  CHECK(validate(R"({"resourceType":"Patient","photo":[{"data":"TWFu"}]})")
            .has_error("Patient.photo[0]", "att-1"));
}

TEST_CASE("invariants of a resource see the whole of it") {
  const std::string head =
      R"({"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://example.org/x","code":"a"}]},)";
  CHECK(validate(head + R"("valueString":"x","dataAbsentReason":{"text":"y"}})")
            .has_error("Observation", "obs-6"));
  CHECK(
      validate(
          head +
          R"("valueString":"x","component":[{"code":{"coding":[{"system":"http://example.org/x","code":"a"}]},"valueString":"y"}]})")
          .has_error("Observation", "obs-7"));
  CHECK(
      validate(
          head +
          R"("component":[{"code":{"coding":[{"system":"http://example.org/x","code":"a"}]},"valueString":"y"}]})")
          .errors() == 0);
}

TEST_CASE("an invariant of severity warning is a warning") {
  const auto found = validate(
      R"({"resourceType":"NutritionOrder","status":"active","intent":"order","patient":{"reference":"Patient/1"},"dateTime":"2020"})");
  CHECK(found.errors() == 0);
  CHECK(found.has(Severity::warning, "NutritionOrder", "nor-1"));
}

TEST_CASE("best practice is reported only when it is asked for") {
  fhir::validation::Options options;
  options.best_practice = true;
  CHECK_FALSE(validate(R"({"resourceType":"Patient","active":true})")
                  .has(Severity::warning, "Patient", "dom-6"));
  CHECK(validate(R"({"resourceType":"Patient","active":true})", options)
            .has(Severity::warning, "Patient", "dom-6"));
}

TEST_CASE("bundle rules hold") {
  CHECK(validate(R"({"resourceType":"Bundle","type":"collection","total":1})")
            .has_error("Bundle", "bdl-1"));
  CHECK(
      validate(
          R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient","active":true}}]})")
          .has_error("Bundle", "bdl-3"));
  CHECK(
      validate(
          R"({"resourceType":"Bundle","type":"document","timestamp":"2020-01-01T00:00:00Z","identifier":{"system":"http://a.b","value":"1"},
    "entry":[{"fullUrl":"http://a/Patient/1","resource":{"resourceType":"Patient","id":"1","active":true}}]})")
          .has_error("Bundle", "bdl-11"));
}

TEST_CASE("rules that R4 published against their own words are read as they are meant") {
  using fhir::validation::corrected;
  CHECK(
      corrected("name.matches('[A-Z]([A-Za-z0-9_]){0,254}')").starts_with("name.exists() implies"));
  CHECK(corrected("a.exists()") == "a.exists()");
  CHECK(
      validate(
          R"({"resourceType":"RiskAssessment","status":"final","subject":{"reference":"Patient/1"},"prediction":[{"outcome":{"text":"x"}}]})")
          .errors() == 0);
}
