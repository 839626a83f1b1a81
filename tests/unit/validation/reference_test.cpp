// https://hl7.org/fhir/R4/references.html#literal
#include "fhir/validation/reference.h"

#include "support.h"

using fhir::validation::parse_reference;
using fhir::validation::ReferenceForm;
using test::validate;

namespace {

ReferenceForm form_of(std::string_view text) {
  return parse_reference(text, *test::definitions()).form;
}

test::Findings with_organization(const std::string& reference) {
  return validate(R"({"resourceType":"Patient","managingOrganization":{"reference":")" + reference +
                  "\"}}");
}

}  // namespace

TEST_CASE("a reference is relative, absolute, a URN, contained or conditional") {
  CHECK(form_of("Patient/1") == ReferenceForm::relative);
  CHECK(form_of("Patient/1/_history/2") == ReferenceForm::relative);
  CHECK(form_of("http://a.b/fhir/Patient/1") == ReferenceForm::absolute);
  CHECK(form_of("https://a.b/c") == ReferenceForm::absolute);
  CHECK(form_of("urn:uuid:c757873d-ec9a-4326-a141-556f43239520") == ReferenceForm::urn);
  CHECK(form_of("urn:oid:1.2.3") == ReferenceForm::urn);
  CHECK(form_of("#a") == ReferenceForm::contained);
  CHECK(form_of("#") == ReferenceForm::contained);
  CHECK(form_of("Patient?identifier=a|b") == ReferenceForm::conditional);
}

TEST_CASE("what is none of them is malformed") {
  for (const char* text :
       {"", "1", "Patient", "Patient/", "/Patient/1", "Pateint/1", "Patient/1/2", "Patient/a_b",
        "Patient/1/_history", "Patient/1/_history/", "Patient 1", "HumanName/1", "Nothing?a=b",
        "?a=b", "Patient?", "_history/1", "Patient/_history/1/"}) {
    CAPTURE(text);
    CHECK(form_of(text) == ReferenceForm::malformed);
  }
}

TEST_CASE("a URN that is not well-formed is a warning") {
  const auto found =
      validate(R"({"resourceType":"Patient","managingOrganization":{"reference":"urn:uuid:1"}})");
  CHECK(found.errors() == 0);
  CHECK(found.has(fhir::Severity::warning, "Patient.managingOrganization"));
  CHECK(form_of("urn:uuid:C757873D-EC9A-4326-A141-556F43239520") == ReferenceForm::urn);
}

TEST_CASE("the type and id of a reference are found at its end") {
  const auto parsed = parse_reference("http://a.b/fhir/Patient/1/_history/2", *test::definitions());
  CHECK(parsed.base == "http://a.b/fhir/");
  CHECK(parsed.type == "Patient");
  CHECK(parsed.id == "1");
  CHECK(parsed.version == "2");
}

TEST_CASE("a malformed reference is refused at its element") {
  CHECK(with_organization("Organization/1").errors() == 0);
  CHECK(with_organization("5").error().expression == "Patient.managingOrganization");
  CHECK(with_organization("Organisation/1").errors() == 1);
}

TEST_CASE("a reference names a type that its element allows") {
  CHECK(with_organization("Patient/1").error().expression == "Patient.managingOrganization");
  CHECK(with_organization("http://a.b/Patient/1").errors() == 1);
  CHECK(with_organization("http://a.b/Organization/1").errors() == 0);
  CHECK(with_organization("Patient?identifier=a").errors() == 1);
  CHECK(with_organization("http://a.b/anything").errors() == 0);
}

TEST_CASE("a reference to any resource allows any type") {
  CHECK(
      validate(
          R"({"resourceType":"List","status":"current","mode":"working","entry":[{"item":{"reference":"Patient/1"}}]})")
          .errors() == 0);
}

TEST_CASE("a reference may have an identifier or a display alone") {
  CHECK(validate(R"({"resourceType":"Patient","managingOrganization":{"display":"x"}})").errors() ==
        0);
  CHECK(
      validate(R"({"resourceType":"Patient","managingOrganization":{"identifier":{"value":"x"}}})")
          .errors() == 0);
}

TEST_CASE("a Parameters that is all there is holds what its resources refer to by Type/id") {
  const auto parameters = [](const std::string& reference) {
    return R"({"resourceType":"Parameters","parameter":[)"
           R"({"name":"a","resource":{"resourceType":"Patient","id":"1"}},)"
           R"({"name":"b","part":[{"name":"c","resource":{"resourceType":"Encounter","id":"2",)"
           R"("status":"planned","class":{"code":"AMB"},"subject":{"reference":")" +
           reference + R"("}}}]}]})";
  };
  constexpr const char* k_place = "Parameters.parameter[1].part[0].resource/*Encounter/2*/.subject";
  fhir::validation::Options options;
  for (const char* anything : {"Patient/1", "Patient/2"})
    CHECK(validate(parameters(anything), options).errors() == 0);
  options.closed_parameters = true;
  for (const char* good : {"Patient/1", "Patient/1/_history/3", "http://a.b/fhir/Patient/2",
                           "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"})
    CHECK(validate(parameters(good), options).errors() == 0);
  const fhir::Issue found = validate(parameters("Patient/2"), options).error();
  CHECK(found.type == fhir::IssueType::not_found);
  CHECK(found.expression == k_place);
}
