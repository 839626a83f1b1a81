// CodeSystem, ValueSet, SearchParameter and MeasureReport: what they must agree with.
#include "support.h"

using test::validate;

namespace {

std::string code_system(const std::string& content) {
  return R"({"resourceType":"CodeSystem","url":"http://example.org/s","status":"active",)" +
         content + "}";
}

}  // namespace

TEST_CASE("the count of a complete code system is the number of its concepts") {
  const std::string concepts =
      R"("content":"complete","concept":[{"code":"a","concept":[{"code":"b"}]}])";
  CHECK(validate(code_system(concepts + R"(,"count":2)")).errors() == 0);
  CHECK(validate(code_system(concepts + R"(,"count":1)")).error().expression == "CodeSystem.count");
}

TEST_CASE("a code system whose content is not present has no concepts") {
  CHECK(validate(code_system(R"("content":"not-present","concept":[{"code":"a"}])"))
            .error()
            .expression == "CodeSystem.concept[0]");
}

TEST_CASE("properties of a code system have one code and one URI each, and values of their type") {
  CHECK(validate(code_system(R"("content":"complete","property":[{"code":"p","type":"string"},
    {"code":"p","type":"string"}])"))
            .error()
            .expression == "CodeSystem.property[1]");
  CHECK(validate(code_system(R"("content":"complete","property":[{"code":"notSelectable",
    "uri":"http://hl7.org/fhir/concept-properties#notSelectable","type":"string"}])"))
            .error()
            .expression == "CodeSystem.property[0]");
  CHECK(validate(code_system(R"("content":"complete","property":[{"code":"p","type":"string"}],
    "concept":[{"code":"a","property":[{"code":"p","valueBoolean":true}]}])"))
            .error()
            .expression == "CodeSystem.concept[0].property[0]");
}

TEST_CASE("the value of a filter is one that the property can have") {
  const auto with = [](const std::string& value) {
    return validate(R"({"resourceType":"ValueSet","status":"active","compose":{"include":[
      {"system":"http://example.org/s","filter":[{"property":"notSelectable","op":"=","value":")" +
                    value + R"("}]}]}})");
  };
  CHECK(with("true").errors() == 0);
  CHECK(with("1").error().expression == "ValueSet.compose.include[0].filter[0]");
}

TEST_CASE("a filter of SNOMED CT names concepts, and takes = or in of a relationship") {
  const auto with = [](const std::string& property, const std::string& op,
                       const std::string& value) {
    return validate(R"({"resourceType":"ValueSet","status":"active","compose":{"include":[
      {"system":"http://snomed.info/sct","filter":[{"property":")" +
                    property + R"(","op":")" + op + R"(","value":")" + value + R"("}]}]}})");
  };
  const std::string place = "ValueSet.compose.include[0].filter[0]";
  CHECK(with("concept", "is-a", "73211009").errors() == 0);
  CHECK(with("concept", "is-a", "73211008").error().expression == place);  // the check digit
  CHECK(with("concept", "is-a", "something").error().expression == place);
  CHECK(with("concept", "is-a", "121589010").error().expression == place);  // a description
  CHECK(with("363698007", "=", "39057004").errors() == 0);
  CHECK(with("363698007", "not-in", "39057004").error().expression == place);
}

TEST_CASE("the owner of what HL7 publishes is told, where it is to be published") {
  const std::string code_system = R"({"resourceType":"CodeSystem","status":"active",
    "content":"not-present","url":"http://hl7.org/fhir/x")";
  fhir::validation::Options options;
  CHECK(validate(code_system + "}", options).errors() == 0);
  options.for_publication = true;
  CHECK(validate(code_system + "}", options).error().expression == "CodeSystem");
  CHECK(validate(code_system + R"(,"extension":[{"valueCode":"fhir",
    "url":"http://hl7.org/fhir/StructureDefinition/structuredefinition-wg"}]})",
                 options)
            .errors() == 0);
}

TEST_CASE("the expression of a search parameter is FHIRPath that finds something in its base") {
  const auto with = [](const std::string& expression) {
    return validate(R"({"resourceType":"SearchParameter","url":"http://example.org/p","name":"P",
      "status":"active","description":"x","code":"p","base":["Patient"],"type":"string",
      "expression":")" +
                    expression + R"("})");
  };
  CHECK(with("Patient.name.family").errors() == 0);
  CHECK(with("Patient.(name").error().expression == "SearchParameter.expression");
  for (const std::string vain : {"Patient.nothing", "Organization.name"}) {
    CHECK(with(vain).errors() == 0);
    CHECK(with(vain).has(fhir::Severity::warning, "SearchParameter.expression"));
  }
}

TEST_CASE("the groups and populations of a report are those of its measure") {
  const auto with = [](const std::string& type, const std::string& group) {
    return validate(R"({"resourceType":"MeasureReport","status":"complete","type":")" + type +
                    R"(","measure":"#m","period":{"start":"2020"},"contained":[
      {"resourceType":"Measure","id":"m","status":"active","group":[{"population":[
        {"code":{"text":"all"},"criteria":{"language":"text/cql","expression":"X"}}]}]}],
      "group":[)" + group +
                    "]}");
  };
  const std::string all = R"({"population":[{"code":{"text":"all"},"count":1)";
  CHECK(with("summary", all + "}]}").errors() == 0);
  CHECK(with("summary", R"({"population":[{"code":{"text":"some"},"count":1},
    {"code":{"text":"all"}}]})")
            .error()
            .expression == "MeasureReport.group[0].population[0]");
  CHECK(with("summary", R"({})").errors() >= 1);
  CHECK(
      with("summary", all + R"(,"subjectResults":{"reference":"List/1"}}]})").error().expression ==
      "MeasureReport.group[0].population[0]");
  CHECK(with("subject-list", all + R"(,"subjectResults":{"reference":"List/1"}}]})").errors() == 0);
}
