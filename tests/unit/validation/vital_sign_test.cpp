// https://hl7.org/fhir/R4/observation-vitalsigns.html
#include <string>

#include "support.h"

namespace {

constexpr std::string_view k_day = R"("effectiveDateTime":"2020-01-01")";

std::string weight(std::string_view unit, std::string_view system = "http://loinc.org",
                   std::string_view effective = k_day) {
  return R"({"resourceType":"Observation","status":"final","subject":{"display":"x"},)" +
         std::string(effective) + R"(,
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

// vs-1: "if Observation.effective[x] is dateTime and has a value then that value shall be precise
// to the day"
TEST_CASE("the time of a vital sign is a day or more exact, or a period of any precision") {
  const auto judged = [](std::string_view effective) {
    return test::validate(weight("kg", "http://loinc.org", effective));
  };
  CHECK(judged(R"("effectiveDateTime":"2020-01-01T10:00:00Z")").errors() == 0);
  CHECK(judged(R"("effectivePeriod":{"start":"2020-01","end":"2020-02-01"})").errors() == 0);
  CHECK(judged(R"("effectiveDateTime":"2020-01")")
            .has_error("Observation.effective.ofType(dateTime)"));
}
