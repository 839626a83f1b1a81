// https://hl7.org/fhir/R4/datatypes.html#CodeableConcept
#include "terminology/added_codings.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "definitions_double.h"
#include "fhir/formats/json_document.h"

namespace {

using terminology::CodingRule;

std::string added(const std::string& resource, const std::vector<CodingRule>& rules) {
  const auto terms = terminology::Terminology::make(DefinitionsDouble::make({R"({
    "resourceType":"ConceptMap","url":"urn:m","group":[{"source":"urn:a","target":"urn:b",
    "element":[{"code":"1","target":[{"code":"one","display":"One","equivalence":"equivalent"},
                                     {"code":"many","equivalence":"wider"}]},
               {"code":"2","target":[{"equivalence":"unmatched"}]}]}]})"}));
  const auto document = fhir::json::Document::read(resource);
  REQUIRE(document.has_value());
  return terminology::with_added_codings(document->root(), rules, *terms).value_or("nothing");
}

const std::string k_sent =
    R"({"resourceType":"Observation","meta":{"profile":["urn:p|1"]},"code":{"coding":[)"
    R"({"system":"urn:a","code":"1","userSelected":true}],"text":"x"},"valueDecimal":1.50})";

}  // namespace

TEST_CASE("translated codings stand behind those that were sent, which do not change") {
  CHECK(added(k_sent, {{"urn:p", "urn:b"}}) ==
        R"({"resourceType":"Observation","meta":{"profile":["urn:p|1"]},"code":{"coding":[)"
        R"({"system":"urn:a","code":"1","userSelected":true},)"
        R"({"system":"urn:b","code":"one","display":"One"}],"text":"x"},"valueDecimal":1.50})");
  CHECK(added(k_sent, {{"*", "urn:b"}, {"urn:p", "urn:b"}}) == added(k_sent, {{"urn:p", "urn:b"}}));
}

TEST_CASE("nothing is added for other profiles, targets that are there, codes without a map") {
  CHECK(added(k_sent, {{"urn:q", "urn:b"}}) == "nothing");
  CHECK(added(k_sent, {{"urn:p", "urn:c"}}) == "nothing");
  CHECK(added(k_sent, {}) == "nothing");
  CHECK(added(R"({"code":{"coding":[{"system":"urn:a","code":"1"},{"system":"urn:b"}]}})",
              {{"*", "urn:b"}}) == "nothing");
  CHECK(added(R"({"code":{"coding":[{"system":"urn:a","code":"2"}]}})", {{"*", "urn:b"}}) ==
        "nothing");
  CHECK(added(R"({"code":{"coding":[{"code":"1"},{"system":"urn:a"}]},"coding":3})",
              {{"*", "urn:b"}}) == "nothing");
}

TEST_CASE("contained resources and extensions have their codings translated too") {
  const std::string text =
      added(R"({"contained":[{"code":{"coding":[{"system":"urn:a","code":"1"}]}}],"extension":[)"
            R"({"valueCodeableConcept":{"coding":[{"system":"urn:a","code":"1"}]}}]})",
            {{"*", "urn:b"}});
  CHECK(text.find("\"one\"") != text.rfind("\"one\""));
}
