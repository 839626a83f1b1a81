// https://hl7.org/fhir/R4/extensibility.html
#include "support.h"

using fhir::Severity;
using fhir::validation::Options;
using fhir::validation::UnknownExtensions;
using test::validate;

namespace {

test::Findings on_patient(const std::string& extension, const Options& options = {}) {
  return validate(R"({"resourceType":"Patient","active":true,"extension":[)" + extension + "]}",
                  options);
}

}  // namespace

TEST_CASE("an extension has a url, and a value or extensions but not both") {
  CHECK(on_patient(R"({"valueCode":"a"})").has_error("Patient.extension[0]"));
  CHECK(on_patient(R"({"url":"http://example.org/x"})").has_error("Patient.extension[0]", "ext-1"));
  CHECK(
      on_patient(
          R"({"url":"http://example.org/x","valueCode":"a","extension":[{"url":"b","valueCode":"c"}]})")
          .has_error("Patient.extension[0]", "ext-1"));
}

TEST_CASE("an unknown extension is ignored, noted or refused as the options say") {
  const std::string unknown = R"({"url":"http://unknown.net/x","valueCode":"a"})";
  Options options;
  CHECK(on_patient(unknown, options).has(Severity::warning, "Patient.extension[0]"));
  options.unknown_extensions = UnknownExtensions::ignore;
  CHECK(on_patient(unknown, options).all().empty());
  options.unknown_extensions = UnknownExtensions::refuse;
  CHECK(on_patient(unknown, options).error().expression == "Patient.extension[0]");
}

TEST_CASE("extensions at example addresses need no definition") {
  Options options;
  options.unknown_extensions = UnknownExtensions::refuse;
  CHECK(on_patient(R"({"url":"http://example.org/x","valueCode":"a"})", options).errors() == 0);
  CHECK(on_patient(R"({"url":"http://acme.com/x","valueCode":"a"})", options).errors() == 0);
}

TEST_CASE("the url of an extension is absolute, unless it is part of another") {
  CHECK(on_patient(R"({"url":"x","valueCode":"a"})").error().expression == "Patient.extension[0]");
  CHECK(on_patient(R"({"url":"http://example.org/x","extension":[{"url":"b","valueCode":"c"}]})")
            .errors() == 0);
}

TEST_CASE("a known extension has a value of a type that it allows") {
  const std::string url = R"("url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace")";
  CHECK(on_patient("{" + url + R"(,"valueAddress":{"city":"x"}})").errors() == 0);
  CHECK(on_patient("{" + url + R"(,"valueString":"x"})").error().expression ==
        "Patient.extension[0]");
}

TEST_CASE("a known extension stands where its definition allows") {
  const std::string place =
      R"({"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace","valueAddress":{"city":"x"}})";
  CHECK(
      validate(R"({"resourceType":"Patient","name":[{"family":"A","extension":[)" + place + "]}]}")
          .error()
          .expression == "Patient.name[0]");
  CHECK(validate(R"({"resourceType":"Organization","name":"A","extension":[)" + place + "]}")
            .error()
            .expression == "Organization");
  // Its context is Element: anywhere.
  CHECK(validate(R"({"resourceType":"Patient","_birthDate":{"extension":[
    {"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}})")
            .errors() == 0);
  // Its context is Patient.birthDate.
  const std::string time =
      R"({"url":"http://hl7.org/fhir/StructureDefinition/patient-birthTime","valueDateTime":"1970-01-01T00:00:00Z"})";
  CHECK(
      validate(R"({"resourceType":"Patient","birthDate":"1970-01-01","_birthDate":{"extension":[)" +
               time + "]}}")
          .errors() == 0);
  CHECK(on_patient(time).error().expression == "Patient");
}

TEST_CASE("the parts of a complex extension are those that it defines") {
  const auto with = [](const std::string& parts) {
    return on_patient(
        R"({"url":"http://hl7.org/fhir/StructureDefinition/patient-nationality","extension":[)" +
        parts + "]}");
  };
  CHECK(with(R"({"url":"code","valueCodeableConcept":{"text":"x"}})").errors() == 0);
  CHECK(with(R"({"url":"other","valueCodeableConcept":{"text":"x"}})")
            .has_error("Patient.extension[0].extension[0]"));
  CHECK(with(R"({"url":"code","valueString":"x"})").has_error("Patient.extension[0].extension[0]"));
  CHECK(
      with(
          R"({"url":"code","valueCodeableConcept":{"text":"x"}},{"url":"code","valueCodeableConcept":{"text":"x"}})")
          .has_error("Patient.extension[0]"));
}

TEST_CASE("an extension that modifies nothing is no modifierExtension") {
  CHECK(
      validate(
          R"({"resourceType":"Patient","modifierExtension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
    "valueAddress":{"city":"x"}}]})")
          .has_error("Patient.modifierExtension[0]"));
}
