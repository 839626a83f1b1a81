// https://hl7.org/fhir/R4/codesystem.html
#include <doctest/doctest.h>

#include <atomic>

#include "animals.h"
#include "definitions_double.h"
#include "terminology/code_system.h"
#include "terminology/terminology.h"

using fhir::Membership;
using terminology::CodeSystem;
using terminology::Subsumption;
using terminology::Terminology;

namespace {

std::string system_json(const std::string& content, const std::string& more = "") {
  return R"({"resourceType":"CodeSystem","url":"urn:s","status":"active","content":")" + content +
         R"(","concept":[{"code":"Abc","display":"Alphabet"}])" + more + "}";
}

}  // namespace

TEST_CASE("A complete code system decides about every code") {
  const auto terminology = Terminology::make(DefinitionsDouble::make({animals()}));
  CHECK(terminology->in_code_system("urn:animals", "dog") == Membership::yes);
  CHECK(terminology->in_code_system("urn:animals", "fish") == Membership::no);
  CHECK(terminology->in_code_system("urn:animals", "Dog") == Membership::no);
  CHECK(terminology->in_code_system("urn:plants", "dog") == Membership::unknown);
  CHECK(terminology->display("urn:animals", "dog") == "Dog");
  CHECK(terminology->display("urn:animals", "fish").empty());
}

TEST_CASE("When it is not said whether case matters, codes in any case are accepted") {
  const auto terminology = Terminology::make(DefinitionsDouble::make({system_json("complete")}));
  CHECK(terminology->in_code_system("urn:s", "aBC") == Membership::yes);
}

TEST_CASE("A fragment leaves codes open that it does not list") {
  for (const char* content : {"fragment", "example"}) {
    const auto terminology = Terminology::make(DefinitionsDouble::make({system_json(content)}));
    CHECK(terminology->in_code_system("urn:s", "Abc") == Membership::yes);
    CHECK(terminology->in_code_system("urn:s", "xyz") == Membership::unknown);
  }
}

TEST_CASE("A code system whose content is not present is not held") {
  const auto terminology = Terminology::make(DefinitionsDouble::make({system_json("not-present")}));
  CHECK(terminology->code_system("urn:s") == nullptr);
  CHECK(terminology->in_code_system("urn:s", "Abc") == Membership::unknown);
}

TEST_CASE("A version that is not held is not replaced by another") {
  const auto terminology = Terminology::make(DefinitionsDouble::make({animals()}));
  CHECK(terminology->code_system("urn:animals", "2") != nullptr);
  CHECK(terminology->code_system("urn:animals", "3") == nullptr);
}

TEST_CASE("Nested concepts and parent properties make the hierarchy") {
  const auto terminology = Terminology::make(DefinitionsDouble::make({animals()}));
  CHECK(terminology->subsumes("urn:animals", "animal", "dog") == Membership::yes);
  CHECK(terminology->subsumes("urn:animals", "dog", "dog") == Membership::yes);
  CHECK(terminology->subsumes("urn:animals", "dog", "animal") == Membership::no);
  CHECK(terminology->subsumes("urn:animals", "bird", "platypus") == Membership::yes);
  CHECK(terminology->subsumes("urn:animals", "mammal", "platypus") == Membership::yes);
  CHECK(terminology->subsumes("urn:plants", "a", "b") == Membership::unknown);
  const CodeSystem& system = *terminology->code_system("urn:animals");
  CHECK(compare(system, system.find("mammal"), system.find("cat")) == Subsumption::subsumes);
  CHECK(compare(system, system.find("cat"), system.find("mammal")) == Subsumption::subsumed_by);
  CHECK(compare(system, system.find("cat"), system.find("dog")) == Subsumption::not_subsumed);
}

TEST_CASE("A hierarchy that is no is-a subsumes nothing") {
  const std::string parts = R"({"resourceType":"CodeSystem","url":"urn:p","content":"complete",
    "hierarchyMeaning":"part-of","concept":[{"code":"car","concept":[{"code":"wheel"}]}]})";
  const auto terminology = Terminology::make(DefinitionsDouble::make({parts}));
  CHECK(terminology->subsumes("urn:p", "car", "wheel") == Membership::no);
}

TEST_CASE("A cycle of parents ends") {
  const std::string cycle = R"({"resourceType":"CodeSystem","url":"urn:c","content":"complete",
    "concept":[{"code":"a","property":[{"code":"parent","valueCode":"b"}]},
               {"code":"b","property":[{"code":"parent","valueCode":"a"}]},{"code":"c"}]})";
  const auto terminology = Terminology::make(DefinitionsDouble::make({cycle}));
  CHECK(terminology->subsumes("urn:c", "a", "b") == Membership::yes);
  CHECK(terminology->subsumes("urn:c", "c", "a") == Membership::no);
}

TEST_CASE("A supplement adds designations to the code system it names") {
  const std::string supplement = R"({"resourceType":"CodeSystem","url":"urn:animals-fr",
    "content":"supplement","supplements":"urn:animals|2",
    "concept":[{"code":"dog","designation":[{"language":"fr","value":"Chien"}]}]})";
  const auto terminology = Terminology::make(DefinitionsDouble::make({animals(), supplement}));
  const CodeSystem& system = *terminology->code_system("urn:animals");
  CHECK(display_in(system, system.find("dog"), "fr-CA") == "Chien");
  CHECK(display_in(system, system.find("dog"), "de") == "Hund");
  CHECK(display_in(system, system.find("dog"), "it") == "Dog");
  CHECK(terminology->code_system("urn:animals-fr") == nullptr);
}

TEST_CASE("Members of the wrong kind do not stop the reading of a code system") {
  const std::string odd = R"({"resourceType":"CodeSystem","url":"urn:o","content":"complete",
    "concept":[{"code":5},"x",{"code":"ok","property":{"a":1},"designation":[3]}]})";
  const auto terminology = Terminology::make(DefinitionsDouble::make({odd}));
  CHECK(terminology->in_code_system("urn:o", "ok") == Membership::yes);
}

TEST_CASE("All that lies above and below a concept is given once, in order") {
  // a over b and c, both over d, and d over e; f and g stand over each other.
  const auto parents = [](std::string_view code, std::initializer_list<const char*> above) {
    std::string json = R"({"code":")" + std::string(code) + R"(","property":[)";
    for (const char* parent : above) {
      if (parent != *above.begin()) json += ",";
      json += R"({"code":"parent","valueCode":")" + std::string(parent) + "\"}";
    }
    return json + "]}";
  };
  const std::string json =
      R"({"resourceType":"CodeSystem","url":"urn:s","status":"active","content":"complete",)"
      R"("concept":[{"code":"a"},)" +
      parents("e", {"d"}) + "," + parents("d", {"b", "c"}) + "," + parents("c", {"a"}) + "," +
      parents("b", {"a"}) + "," + parents("f", {"g"}) + "," + parents("g", {"f"}) + "]}";
  const auto terminology = Terminology::make(DefinitionsDouble::make({json}));
  const CodeSystem& system = *terminology->code_system("urn:s");
  const auto codes = [&](const std::vector<terminology::ConceptId>& ids) {
    std::string text;
    for (terminology::ConceptId id : ids) text += system.at(id).code;
    return text;
  };
  CHECK(codes(system.descendants(system.find("a"))) == "edcb");
  CHECK(codes(system.descendants(system.find("e"))).empty());
  CHECK(codes(system.ancestors(system.find("e"))) == "adcb");
  CHECK(codes(system.ancestors(system.find("a"))).empty());
  CHECK(codes(system.descendants(system.find("f"))) == "g");
}
