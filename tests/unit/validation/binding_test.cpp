// https://hl7.org/fhir/R4/terminologies.html#strength
#include "support.h"

using fhir::IssueType;
using fhir::Severity;
using test::validate;

TEST_CASE("a code of a required binding is in the value set") {
  CHECK(validate(R"({"resourceType":"Patient","gender":"male"})").all().empty());
  const auto issue = validate(R"({"resourceType":"Patient","gender":"man"})").error();
  CHECK(issue.expression == "Patient.gender");
  CHECK(issue.type == IssueType::code_invalid);
  CHECK(issue.diagnostics.find("administrative-gender") != std::string::npos);
  CHECK(issue.diagnostics.find("\"man\"") == std::string::npos);
}

TEST_CASE("one coding of a concept is in the value set of a required binding") {
  const auto with = [](const std::string& status) {
    return validate(
        R"({"resourceType":"Condition","subject":{"reference":"Patient/1"},"clinicalStatus":)" +
        status + "}");
  };
  const std::string good =
      R"({"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"})";
  const std::string other = R"({"system":"http://example.org/status","code":"active"})";
  CHECK(with(R"({"coding":[)" + good + "]}").errors() == 0);
  CHECK(with(R"({"coding":[)" + other + "," + good + "]}").errors() == 0);
  CHECK(with(R"({"coding":[)" + other + "]}").error().expression == "Condition.clinicalStatus");
  CHECK(with(R"({"text":"active"})").error().expression == "Condition.clinicalStatus");
}

TEST_CASE("a coding outside an extensible value set is a warning") {
  const auto with = [](const std::string& type) {
    return validate(R"({"resourceType":"Patient","identifier":[{"value":"1","type":)" + type +
                    "}]}");
  };
  CHECK(
      with(R"({"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]})")
          .all()
          .empty());
  const auto found = with(R"({"coding":[{"system":"http://example.org/x","code":"MR"}]})");
  CHECK(found.errors() == 0);
  CHECK(found.has(Severity::warning, "Patient.identifier[0].type"));
  CHECK(with(R"({"text":"x"})").all().empty());
}

// https://hl7.org/fhir/R4/extension-elementdefinition-maxvalueset.html: "the maximum allowable
// value set, for use when the binding strength is 'extensible' or 'preferred'"
TEST_CASE("no code is outside of the largest value set, where the binding names one") {
  CHECK(validate(R"({"resourceType":"Patient","language":"de-CH"})").all().empty());
  const auto issue = validate(R"({"resourceType":"Patient","language":"german"})").error();
  CHECK(issue.expression == "Patient.language");
  CHECK(issue.type == IssueType::code_invalid);
  CHECK(issue.diagnostics.find("all-languages") != std::string::npos);
}

TEST_CASE("a type binds the units of its values") {
  const auto with = [](const std::string& unit) {
    return validate(
        R"({"resourceType":"Condition","subject":{"reference":"Patient/1"},"onsetAge":{"value":5,"system":"http://unitsofmeasure.org","code":")" +
        unit + R"("}})");
  };
  CHECK(with("a").all().empty());
  const auto unusual = with("s");
  CHECK(unusual.errors() == 0);
  CHECK(unusual.has(Severity::warning, "Condition.onset.ofType(Age)"));
  CHECK(with("g").error().expression == "Condition.onset.ofType(Age)");
}

TEST_CASE("a value set that is not held makes no error") {
  const auto found =
      validate(R"({"resourceType":"Patient","name":[{"use":"whatever","family":"A"}]})");
  CHECK(found.errors() == 0);
  CHECK(found.has(Severity::information, "Patient.name[0].use"));
}

TEST_CASE("a code is defined by the code system that it names") {
  const auto found = validate(R"({"resourceType":"Condition","subject":{"reference":"Patient/1"},
    "code":{"coding":[{"system":"http://hl7.org/fhir/administrative-gender","code":"nothing"}]}})");
  CHECK(found.error().expression == "Condition.code.coding[0].code");
}

TEST_CASE("a code that HL7's terminology may define in a later release is a warning") {
  const auto found = validate(R"({"resourceType":"Condition","subject":{"reference":"Patient/1"},
    "code":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"nothing"}]}})");
  CHECK(found.errors() == 0);
  CHECK(found.has(Severity::warning, "Condition.code.coding[0].code"));
}

TEST_CASE("the system of a coding is an absolute URI of a code system") {
  const auto with = [](const std::string& system) {
    return validate(
        R"({"resourceType":"Condition","subject":{"reference":"Patient/1"},"code":{"coding":[{"system":")" +
        system + R"(","code":"x"}]}})");
  };
  CHECK(with("http://example.org/x").errors() == 0);
  CHECK(with("local").error().expression == "Condition.code.coding[0].system");
  CHECK(with("http://hl7.org/fhir/ValueSet/condition-clinical").error().expression ==
        "Condition.code.coding[0].system");
}

TEST_CASE("the system of an identifier, and of what a value set includes, is an absolute URI") {
  CHECK(validate(R"({"resourceType":"Patient","identifier":[{"system":"local","value":"1"}]})")
            .error()
            .expression == "Patient.identifier[0]");
  const auto with = [](const std::string& system) {
    return validate(
        R"({"resourceType":"ValueSet","status":"draft","compose":{"include":[{"system":")" +
        system + "\"}]}}");
  };
  CHECK(with("http://example.org/x").errors() == 0);
  CHECK(with("#contained").error().expression == "ValueSet.compose.include[0]");
}

TEST_CASE("the unit of a quantity is defined by the code system that it names") {
  const auto with = [](const std::string& unit) {
    return validate(R"({"resourceType":"Observation","status":"final","code":{"text":"x"},)"
                    R"("valueQuantity":{"value":1,)" +
                    unit + "}}");
  };
  CHECK(with(R"("system":"http://unitsofmeasure.org","code":"mg")").errors() == 0);
  CHECK(with(R"("system":"http://example.org/units","code":"mgs")").errors() == 0);
  CHECK(with(R"("unit":"mgs")").errors() == 0);
  const auto issue = with(R"("system":"http://unitsofmeasure.org","code":"mgs")").error();
  CHECK(issue.expression == "Observation.value.ofType(Quantity).code");
  CHECK(issue.type == IssueType::code_invalid);
}

TEST_CASE("a type that specializes Quantity is a quantity") {
  const auto found = validate(R"({"resourceType":"Condition","subject":{"reference":"Patient/1"},
    "onsetAge":{"value":1,"system":"http://unitsofmeasure.org","code":"mgs"}})");
  CHECK(found.has(Severity::error, "Condition.onset.ofType(Age).code"));
}

namespace {

test::Findings condition(const std::string& coding, const std::string& more = "",
                         const fhir::validation::Options& options = {}) {
  return validate(
      R"({"resourceType":"Condition","subject":{"reference":"Patient/1"},)" + more +
          R"("clinicalStatus":{"coding":[{"system":)"
          R"("http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active")" +
          coding + "}]}}",
      options);
}

}  // namespace

TEST_CASE("a display is one of the code's in the code system") {
  CHECK(condition("").errors() == 0);
  CHECK(condition(R"(,"display":"Active")").errors() == 0);
  const auto issue = condition(R"(,"display":"Resolved")").error();
  CHECK(issue.expression == "Condition.clinicalStatus.coding[0].display");
  CHECK(issue.type == IssueType::invalid);
}

TEST_CASE("a display that differs in case, white space and hyphens alone is a warning") {
  const auto found =
      validate(R"({"resourceType":"Observation","status":"final","code":{"text":"x"},"category":[{
    "coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category",
               "code":"vital-signs","display":"vital-signs"}]}]})");
  CHECK(found.errors() == 0);
  CHECK(found.has(Severity::warning, "Observation.category[0].coding[0].display"));
}

TEST_CASE("a display in a language that the code system does not serve is not judged") {
  CHECK(condition(R"(,"display":"aktiv")", R"("language":"de",)").errors() == 0);
  CHECK(condition(R"(,"display":"aktiv")", R"("language":"en-US",)").errors() == 1);
}

TEST_CASE("where resources are stored, a wrong display is a warning") {
  fhir::validation::Options options;
  options.displays_refused = false;
  const auto found = condition(R"(,"display":"Resolved")", "", options);
  CHECK(found.errors() == 0);
  CHECK(found.has(Severity::warning, "Condition.clinicalStatus.coding[0].display"));
}

TEST_CASE("a supplement defines no codes, so no coding names it as its system") {
  const auto found = validate(R"({"resourceType":"Condition","subject":{"reference":"Patient/1"},
    "code":{"coding":[{"system":"http://example.org/supplement","code":"x"}]}})");
  CHECK(found.error().expression == "Condition.code.coding[0].system");
}

TEST_CASE("an identifier of the system urn:ietf:rfc:3986 is an absolute URI") {
  const auto with = [](const std::string& value) {
    return validate(
        R"({"resourceType":"Patient","identifier":[{"system":"urn:ietf:rfc:3986","value":")" +
        value + R"("}]})");
  };
  CHECK(with("urn:oid:1.2.3").errors() == 0);
  CHECK(with("http://example.org/a").errors() == 0);
  CHECK(with("1.2.3").error().expression == "Patient.identifier[0]");
}
