// https://hl7.org/fhir/R4/conceptmap.html
#include <doctest/doctest.h>

#include <string>

#include "definitions_double.h"
#include "terminology/concept_map.h"
#include "terminology/translate.h"

using terminology::Direction;
using terminology::Terminology;

namespace {

std::string map_json(const std::string& url, const std::string& unmapped = "") {
  return R"({"resourceType":"ConceptMap","url":")" + url + R"(","group":[{"source":"urn:a",
    "target":"urn:b","element":[
      {"code":"1","target":[{"code":"one","display":"One","equivalence":"wider"}]},
      {"code":"2","target":[{"equivalence":"unmatched"}]},
      {"code":"3","target":[
        {"code":"tall","equivalence":"equivalent","dependsOn":[{"property":"urn:size","value":"L"}]},
        {"code":"small","equivalence":"equivalent","dependsOn":[{"property":"urn:size","value":"S"}],
         "product":[{"property":"urn:unit","system":"urn:u","value":"cm"}]}]}])" +
         (unmapped.empty() ? "" : R"(,"unmapped":)" + unmapped) + "}]}";
}

std::string answer(const Terminology& terminology, const std::string& url,
                   terminology::TranslateQuestion question) {
  std::string text;
  for (const auto& match : translate(terminology, *terminology.concept_map(url), question))
    text += "[" + std::string(match.equivalence) + " " + std::string(match.system) + " " +
            std::string(match.code) + "]";
  return text;
}

terminology::TranslateQuestion ask(std::string_view system, std::string_view code,
                                   Direction direction = Direction::forward) {
  return {.coding = {.system = system, .version = {}, .code = code, .display = {}},
          .target_system = {},
          .direction = direction};
}

}  // namespace

TEST_CASE("A code is translated to its targets, and back with the equivalence reversed") {
  const auto terminology = Terminology::make(DefinitionsDouble::make({map_json("urn:m")}));
  CHECK(answer(*terminology, "urn:m", ask("urn:a", "1")) == "[wider urn:b one]");
  CHECK(answer(*terminology, "urn:m", ask("urn:b", "one", Direction::reverse)) ==
        "[narrower urn:a 1]");
  CHECK(answer(*terminology, "urn:m", ask("urn:b", "one")).empty());
  CHECK(answer(*terminology, "urn:m", ask("urn:a", "9")).empty());
}

TEST_CASE("Another target system than the one asked for is passed over") {
  const auto terminology = Terminology::make(DefinitionsDouble::make({map_json("urn:m")}));
  auto question = ask("urn:a", "1");
  question.target_system = "urn:c";
  CHECK(answer(*terminology, "urn:m", question).empty());
}

TEST_CASE("An unmatched element is an answer, though not a positive one") {
  const auto terminology = Terminology::make(DefinitionsDouble::make({map_json("urn:m")}));
  const auto matches =
      translate(*terminology, *terminology->concept_map("urn:m"), ask("urn:a", "2"));
  REQUIRE(matches.size() == 1);
  CHECK_FALSE(matches[0].is_positive());
}

TEST_CASE("A target with dependsOn needs the dependency to be given") {
  const auto terminology = Terminology::make(DefinitionsDouble::make({map_json("urn:m")}));
  auto question = ask("urn:a", "3");
  CHECK(answer(*terminology, "urn:m", question).empty());
  question.dependencies = {{.property = "urn:size", .system = {}, .value = "S", .display = {}}};
  CHECK(answer(*terminology, "urn:m", question) == "[equivalent urn:b small]");
}

TEST_CASE("Unmapped codes follow the group's mode") {
  const auto terminology = Terminology::make(
      DefinitionsDouble::make({map_json("urn:provided", R"({"mode":"provided"})"),
                               map_json("urn:fixed", R"({"mode":"fixed","code":"other"})"),
                               map_json("urn:other", R"({"mode":"other-map","url":"urn:fixed"})"),
                               map_json("urn:loop", R"({"mode":"other-map","url":"urn:loop"})")}));
  CHECK(answer(*terminology, "urn:provided", ask("urn:a", "9")) == "[equal urn:b 9]");
  CHECK(answer(*terminology, "urn:fixed", ask("urn:a", "9")) == "[inexact urn:b other]");
  CHECK(answer(*terminology, "urn:other", ask("urn:a", "9")) == "[inexact urn:b other]");
  CHECK(answer(*terminology, "urn:loop", ask("urn:a", "9")).empty());
}
