// https://hl7.org/fhir/R4/observation-vitalsigns.html
#include <string>

#include "support.h"

namespace {

std::string weight(std::string_view unit, std::string_view system = "http://loinc.org") {
  return R"({"resourceType":"Observation","status":"final","subject":{"display":"x"},"effectiveDateTime":"2020-01-01",
    "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],
    "code":{"coding":[{"system":")" +
         std::string(system) +
         R"(","code":"29463-7"}]},"valueQuantity":{"value":70,"unit":"x","system":"http://unitsofmeasure.org","code":")" +
         std::string(unit) + "\"}}";
}

}  // namespace

TEST_CASE("an observation with the code of a vital sign conforms to its profile, claimed or not") {
  CHECK(test::validate(weight("kg")).errors() == 0);
  const auto bare = test::validate(
      R"({"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]}})");
  CHECK(bare.has_error("Observation"));
  CHECK(test::validate(weight("m", "urn:other")).errors() == 0);
}

TEST_CASE("vital signs are left alone where that is asked for") {
  fhir::validation::Options options;
  options.vital_signs = false;
  const auto found = test::validate(
      R"({"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]}})",
      options);
  CHECK(found.errors() == 0);
}
