// https://hl7.org/fhir/R4/valueset.html#expansion: "contains" of a code is what lies below it.
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "animals.h"
#include "definitions_double.h"
#include "terminology/expand.h"
#include "terminology/terminology.h"

namespace {

using Codes = std::vector<std::pair<std::string, std::string>>;  // with their parents

std::string code_system(const Codes& codes) {
  std::string json = R"({"resourceType":"CodeSystem","url":"urn:late","content":"complete",
      "property":[{"code":"up","uri":"http://hl7.org/fhir/concept-properties#parent",
                   "type":"code"}],"concept":[)";
  for (const auto& [code, parent] : codes) {
    json += (json.back() == '[' ? "" : ",") + std::string(R"({"code":")") + code + "\"";
    if (!parent.empty()) json += R"(,"property":[{"code":"up","valueCode":")" + parent + R"("}])";
    json += "}";
  }
  return json + "]}";
}

/// "child<parent" of each code of an expansion. One include is expanded as concepts, and more than
/// one as codes.
std::string nesting(const Codes& codes, const std::string& includes) {
  const auto terminology = terminology::Terminology::make(DefinitionsDouble::make(
      {code_system(codes), animals(), value_set("urn:set", R"({"include":[)" + includes + "]}")}));
  const auto expansion = terminology::expand(*terminology->find_value_set("urn:set"), {});
  REQUIRE(expansion);
  std::string text;
  for (const terminology::ListedCode& code : expansion->codes) {
    if (code.system != "urn:late") continue;
    text += (text.empty() ? "" : " ") + std::string(code.code);
    if (code.parent != terminology::k_no_position)
      text += "<" + std::string(expansion->codes[code.parent].code);
  }
  return text;
}

const std::string k_one = R"({"system":"urn:late"})";
const std::string k_two = k_one + R"(,{"system":"urn:animals"})";

}  // namespace

TEST_CASE("A code is nested below its parent, whichever of the two its code system lists first") {
  const Codes codes = {
      {"leaf", "twig"}, {"twig", "tree"}, {"moss", ""}, {"tree", ""}, {"root", "tree"}};
  for (const std::string& includes : {k_one, k_two})
    CHECK(nesting(codes, includes) == "leaf<twig twig<tree moss tree root<tree");
}

TEST_CASE("Codes that are below one another in a circle are listed flat, and all of them") {
  const Codes codes = {{"a", "b"}, {"b", "c"}, {"c", "a"}, {"top", ""}, {"below", "top"}};
  for (const std::string& includes : {k_one, k_two})
    CHECK(nesting(codes, includes) == "a b c top below");
}

TEST_CASE("A hierarchy is nested as deep as a resource can be read, from either end, else flat") {
  for (const bool is_reversed : {false, true}) {
    for (const std::size_t depth : {terminology::k_nesting_max, terminology::k_nesting_max + 1}) {
      Codes codes;
      for (std::size_t i = 0; i < depth; ++i)
        codes.emplace_back("c" + std::to_string(i), i == 0 ? "" : "c" + std::to_string(i - 1));
      if (is_reversed) codes = Codes(codes.rbegin(), codes.rend());
      for (const std::string& includes : {k_one, k_two}) {
        const bool is_nested = nesting(codes, includes).find('<') != std::string::npos;
        CHECK(is_nested == (depth == terminology::k_nesting_max));
      }
    }
  }
}
