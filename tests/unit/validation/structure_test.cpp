// https://hl7.org/fhir/R4/json.html
#include "support.h"

using fhir::IssueType;
using fhir::Severity;
using test::validate;

TEST_CASE("a resource that keeps the rules has no issues") {
  const auto found = validate(
      R"({"resourceType":"Patient","id":"a","active":true,"name":[{"family":"A","given":["B","C"]}],
    "gender":"female","birthDate":"1970-01-01","deceasedBoolean":false,"multipleBirthInteger":2})");
  INFO(found.text());
  CHECK(found.all().empty());
}

TEST_CASE("what is no resource is refused at the top") {
  for (const char* json : {"1", "[]", "null", "\"Patient\"", "{}", R"({"resourceType":1})",
                           R"({"resourceType":"Pateint"})", R"({"resourceType":"DomainResource"})",
                           R"({"resourceType":"HumanName"})"}) {
    CAPTURE(json);
    CHECK(validate(json).error().type == IssueType::structure);
  }
}

TEST_CASE("an element that the type does not have is refused where it stands") {
  CHECK(validate(R"({"resourceType":"Patient","nickname":"x"})").error().expression == "Patient");
  CHECK(validate(R"({"resourceType":"Patient","name":[{"family":"A"},{"first":"x"}]})")
            .has_error("Patient.name[1]"));
  CHECK(validate(R"({"resourceType":"Patient","name":[{"resourceType":"HumanName","family":"x"}]})")
            .errors() == 1);
}

TEST_CASE("an unknown element's issue names it and never its value") {
  const auto issue = validate(R"({"resourceType":"Patient","nickname":"Secret"})").error();
  CHECK(issue.diagnostics.find("nickname") != std::string::npos);
  CHECK(issue.diagnostics.find("Secret") == std::string::npos);
}

TEST_CASE("an issue has the line and column of what is wrong") {
  const auto issue =
      validate("{\n \"resourceType\": \"Patient\",\n  \"birthDate\": \"soon\"\n}").error();
  CHECK(issue.line == 3);
  CHECK(issue.column == 16);
  CHECK(issue.expression == "Patient.birthDate");
}

TEST_CASE("an element that repeats is an array, and no other is") {
  CHECK(validate(R"({"resourceType":"Patient","name":{"family":"A"}})").error().expression ==
        "Patient.name");
  CHECK(validate(R"({"resourceType":"Patient","gender":["male"]})").error().expression ==
        "Patient.gender");
  CHECK(
      validate(R"({"resourceType":"Patient","maritalStatus":[{"text":"x"}]})").error().expression ==
      "Patient.maritalStatus");
}

TEST_CASE("arrays, objects and strings are never empty") {
  CHECK(validate(R"({"resourceType":"Patient","name":[]})").error().expression == "Patient.name");
  CHECK(validate(R"({"resourceType":"Patient","name":[{}]})").error().expression ==
        "Patient.name[0]");
  CHECK(validate(R"({"resourceType":"Patient","maritalStatus":{}})").error().expression ==
        "Patient.maritalStatus");
  CHECK(validate(R"({"resourceType":"Patient","name":[{"family":""}]})").error().expression ==
        "Patient.name[0].family");
}

TEST_CASE("null stands only in an array of primitives, beside extensions") {
  CHECK(validate(R"({"resourceType":"Patient","gender":null})").error().expression ==
        "Patient.gender");
  CHECK(validate(R"({"resourceType":"Patient","maritalStatus":null})").error().expression ==
        "Patient.maritalStatus");
  CHECK(validate(R"({"resourceType":"Patient","name":[null]})").error().expression ==
        "Patient.name");
  CHECK(
      validate(R"({"resourceType":"Patient","name":[{"given":["a",null]}]})").error().expression ==
      "Patient.name[0].given");
  CHECK(validate(R"({"resourceType":"Patient","name":[{"given":["a",null],
    "_given":[null,{"extension":[{"url":"http://example.org/x","valueCode":"y"}]}]}]})")
            .errors() == 0);
}

TEST_CASE("a complex element is an object") {
  CHECK(validate(R"({"resourceType":"Patient","name":["A"]})").error().expression ==
        "Patient.name[0]");
  CHECK(validate(R"({"resourceType":"Patient","maritalStatus":"M"})").error().expression ==
        "Patient.maritalStatus");
  CHECK(validate(R"({"resourceType":"Patient","name":[[{"family":"A"}]]})").error().expression ==
        "Patient.name[0]");
}

TEST_CASE("a member with _ before its name holds the id and extensions of a primitive") {
  const std::string extension = R"({"extension":[{"url":"http://example.org/x","valueCode":"y"}]})";
  CHECK(validate(R"({"resourceType":"Patient","birthDate":"1970","_birthDate":)" + extension + "}")
            .errors() == 0);
  CHECK(validate(R"({"resourceType":"Patient","_birthDate":)" + extension + "}").errors() == 0);
  CHECK(validate(R"({"resourceType":"Patient","birthDate":"1970","_birthDate":{"id":"a"}})")
            .errors() == 0);
  CHECK(validate(R"({"resourceType":"Patient","_birthDate":{"id":"a"}})").error().rule == "ele-1");
  CHECK(validate(R"({"resourceType":"Patient","_birthDate":{}})").error().expression ==
        "Patient.birthDate");
  CHECK(validate(R"({"resourceType":"Patient","_birthDate":"x"})").error().expression ==
        "Patient.birthDate");
  CHECK(validate(R"({"resourceType":"Patient","birthDate":"1970","_birthDate":{"value":"1970"}})")
            .errors() >= 1);
  CHECK(validate(R"({"resourceType":"Patient","_maritalStatus":{"id":"a"}})").error().expression ==
        "Patient.maritalStatus");
  CHECK(validate(R"({"resourceType":"Patient","_nothing":{"id":"a"}})").error().expression ==
        "Patient");
}

TEST_CASE("the arrays of values and of their extensions have one length") {
  CHECK(validate(R"({"resourceType":"Patient","name":[{"given":["a","b"],"_given":[{"id":"x"}]}]})")
            .error()
            .expression == "Patient.name[0].given");
  CHECK(validate(R"({"resourceType":"Patient","name":[{"given":["a"],"_given":{"id":"x"}}]})")
            .error()
            .expression == "Patient.name[0].given");
}

TEST_CASE("a primitive is written as JSON's boolean, number or string") {
  CHECK(validate(R"({"resourceType":"Patient","active":"true"})").error().type == IssueType::value);
  CHECK(validate(R"({"resourceType":"Patient","multipleBirthInteger":"2"})").error().expression ==
        "Patient.multipleBirth.ofType(integer)");
  CHECK(validate(R"({"resourceType":"Patient","gender":1})").errors() >= 1);
  CHECK(validate(R"({"resourceType":"Patient","birthDate":{"a":1}})").error().expression ==
        "Patient.birthDate");
  CHECK(validate(R"({"resourceType":"Patient","multipleBirthInteger":1.5})").error().type ==
        IssueType::value);
}

TEST_CASE("an element with a choice of types has one of them") {
  const std::string head = R"({"resourceType":"Observation","status":"final","code":{"text":"x"},)";
  CHECK(validate(head + R"("valueString":"a"})").errors() == 0);
  CHECK(validate(head + R"("valueString":"a","valueInteger":1})").has_error("Observation"));
  CHECK(validate(head + R"("valueString":"a","_valueString":{"id":"b"}})").errors() == 0);
  CHECK(
      validate(
          head +
          R"("valueString":"a","_valueInteger":{"extension":[{"url":"http://example.org/x","valueCode":"y"}]}})")
          .has_error("Observation"));
  CHECK(validate(head + R"("valueUri":"a:b"})").error().expression == "Observation");
  CHECK(validate(head + R"("value":"a"})").error().expression == "Observation");
  CHECK(validate(head + R"("valueQuantity":{"value":"1"}})")
            .has_error("Observation.value.ofType(Quantity).value"));
}

TEST_CASE("required elements are present, and no element comes more often than allowed") {
  const auto found = validate(R"({"resourceType":"Observation"})");
  CHECK(found.errors() == 2);
  CHECK(found.has_error("Observation"));
  CHECK(found.all()[0].type == IssueType::required);
  CHECK(validate(R"({"resourceType":"Patient","link":[{"type":"refer"}]})").error().expression ==
        "Patient.link[0]");
  CHECK(validate(R"({"resourceType":"Patient","communication":[{"preferred":true}]})")
            .error()
            .expression == "Patient.communication[0]");
}

TEST_CASE("an element has more than an id") {
  CHECK(validate(R"({"resourceType":"Patient","maritalStatus":{"id":"a"}})").error().rule ==
        "ele-1");
}

TEST_CASE("ids of elements are unique within their resource") {
  CHECK(
      validate(
          R"({"resourceType":"Patient","name":[{"id":"a","family":"A"},{"id":"b","family":"B"}]})")
          .errors() == 0);
  CHECK(
      validate(
          R"({"resourceType":"Patient","name":[{"id":"a","family":"A"},{"id":"a","family":"B"}]})")
          .error()
          .expression == "Patient.name[1]");
}

TEST_CASE("all that is wrong is reported in one pass, up to the limit") {
  const char* json = R"({"resourceType":"Patient","a":1,"b":1,"c":1,"gender":7,"birthDate":"x"})";
  CHECK(validate(json).errors() >= 5);
  fhir::validation::Options options;
  options.issues_max = 2;
  const auto found = validate(json, options);
  CHECK(found.errors() == 2);
  CHECK(found.all().back().severity == Severity::information);
}

TEST_CASE("the first error is reported even when notes have filled the answer") {
  fhir::validation::Options options;
  options.issues_max = 1;
  const auto found = validate(
      R"({"resourceType":"Patient","extension":[{"url":"http://unknown.net/x","valueCode":"y"}],"a":1})",
      options);
  CHECK(found.errors() == 1);
}

TEST_CASE("a narrative keeps txt-1 and txt-2") {
  const auto with = [](const std::string& inside) {
    return validate(
        R"({"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">)" +
        inside + "</div>\"}}");
  };
  CHECK(with("<p>x</p>").errors() == 0);
  CHECK(with("<script>x</script>").error().rule == "txt-1");
  CHECK(with("<script>x</script>").error().expression == "Patient.text.div");
  CHECK(with(" ").error().rule == "txt-2");
}

TEST_CASE("a resource inside a document is validated under the prefix given") {
  const auto document = test::read(R"({"anything":{"resourceType":"Patient","active":5}})");
  fhir::IssueList issues;
  test::validator().validate(document, *document.root().find("anything"),
                             "Bundle.entry[3].resource", {}, issues);
  REQUIRE(issues.issues().size() == 1);
  CHECK(issues.issues()[0].expression == "Bundle.entry[3].resource.active");
}

TEST_CASE("an element that comes too often is reported where it is counted") {
  CHECK(validate(R"({"resourceType":"Patient","gender":["male","female"]})").error().expression ==
        "Patient");
  CHECK(validate(R"({"resourceType":"Patient","gender":["male"]})").error().expression ==
        "Patient.gender");
}
