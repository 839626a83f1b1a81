// https://hl7.org/fhir/R4/extensibility.html
#include "profile_support.h"

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

namespace {

/// A boolean extension, with what its definition says of where it may stand.
std::string extension_definition(const std::string& name, const std::string& places) {
  return R"({"resourceType":"StructureDefinition","derivation":"constraint","kind":"complex-type",
    "url":"http://test.example.org/)" +
         name + R"(","version":"1.0.0","type":"Extension",
    "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Extension",)" +
         places + R"(,"snapshot":{"element":[{"path":"Extension"},
      {"path":"Extension.value[x]","min":1,"max":"1","type":[{"code":"boolean"}]}]}})";
}

const test::Guide& places() {
  static const test::Guide k_guide({
      extension_definition("by-path", R"j("context":[{"type":"fhirpath",
        "expression":"Patient.address.where(use = 'home')"}])j"),
      extension_definition("on-extension", R"("context":[{"type":"extension",
        "expression":"http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"}])"),
      extension_definition("inactive-alone", R"j("context":[{"type":"element",
        "expression":"Patient"}],"contextInvariant":["active.not()","%extension.value.exists()"])j"),
  });
  return k_guide;
}

std::string use(const std::string& name) {
  return R"({"url":"http://test.example.org/)" + name + R"(","valueBoolean":true})";
}

}  // namespace

TEST_CASE("a context may be a path, evaluated on the resource") {
  const auto with = [](const std::string& address_use) {
    return places().validate(R"({"resourceType":"Patient","address":[{"use":")" + address_use +
                                 R"(","extension":[)" + use("by-path") + "]}]}",
                             "");
  };
  CHECK(with("home").errors() == 0);
  CHECK(with("work").error().expression == "Patient.address[0]");
}

TEST_CASE("a context may be an extension: it, or its value") {
  const auto with = [](const std::string& around, const std::string& inside) {
    return places().validate(
        R"({"resourceType":"Patient","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/)" +
            around + R"(","valueBoolean":true,)" + inside + "}]}",
        "");
  };
  const std::string on_value = R"("_valueBoolean":{"extension":[)" + use("on-extension") + "]}";
  CHECK(with("patient-interpreterRequired", on_value).errors() == 0);
  CHECK(with("patient-cadavericDonor", on_value).error().expression ==
        "Patient.extension[0].value.ofType(boolean)");
}

TEST_CASE("all invariants of the context hold on what holds the extension") {
  const auto with = [](const std::string& active) {
    return places().validate(R"({"resourceType":"Patient","active":)" + active +
                                 R"(,"extension":[)" + use("inactive-alone") + "]}",
                             "");
  };
  CHECK(with("false").errors() == 0);
  CHECK(with("true").error().expression == "Patient");
}

TEST_CASE("addresses of examples are refused when the options say so") {
  Options options;
  options.example_urls = false;
  options.unknown_extensions = UnknownExtensions::refuse;
  const auto found = on_patient(R"({"url":"http://example.org/x","valueCode":"a"})", options);
  CHECK(found.has_error("Patient.extension[0]"));
  CHECK(found.has_error("Patient.extension[0].url"));
  const std::string identified =
      R"({"resourceType":"Patient","identifier":[{"system":"http://example.org/ids","value":"1"}]})";
  CHECK(validate(identified, options).error().expression == "Patient.identifier[0].system");
  CHECK(validate(identified).errors() == 0);
}

TEST_CASE("extensions whose url begins as asked are taken without their definition") {
  const std::string patient = R"({"resourceType":"Patient","extension":[
    {"url":"http://hl7.org/fhir/tools/StructureDefinition/x","valueCode":"a"}]})";
  fhir::validation::Options options;
  options.unknown_extensions = fhir::validation::UnknownExtensions::refuse;
  CHECK(test::validate(patient, options).errors() == 1);
  options.extension_bases = {"http://hl7.org/fhir/tools/"};
  CHECK(test::validate(patient, options).errors() == 0);
}
