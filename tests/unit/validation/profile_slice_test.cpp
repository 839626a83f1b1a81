// Slicing: https://hl7.org/fhir/R4/profiling.html#slicing
#include "profile_support.h"

using test::Guide;
using test::profile;

namespace {

/// A list of identifiers sliced by what stands in `system`.
std::string identifiers(std::string_view rules, std::string_view more = "") {
  return R"({"path":"Patient.identifier","min":0,"max":"*","slicing":{"discriminator":[{"type":"value","path":"system"}],)" +
         std::string(rules) + R"(}},
    {"path":"Patient.identifier","sliceName":"a","min":0,"max":"1"},
    {"path":"Patient.identifier.system","min":1,"max":"1","fixedUri":"urn:a"},
    {"path":"Patient.identifier.value","min":1,"max":"1"},
    {"path":"Patient.identifier","sliceName":"b","min":0,"max":"*"},
    {"path":"Patient.identifier.system","min":1,"max":"1","fixedUri":"urn:b"})" +
         std::string(more);
}

const Guide& guide() {
  static const Guide k_guide({
      profile("open", "Patient", identifiers(R"("rules":"open")")),
      profile("closed", "Patient", identifiers(R"("rules":"closed")")),
      profile("ordered", "Patient", identifiers(R"("rules":"openAtEnd","ordered":true)")),
      profile("default", "Patient", identifiers(R"("rules":"closed")", R"(,
        {"path":"Patient.identifier","sliceName":"@default","min":0,"max":"1"},
        {"path":"Patient.identifier.value","min":1,"max":"1","maxLength":3})")),
      profile("again", "Patient", R"(
        {"path":"Patient.telecom","min":0,"max":"*","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"}},
        {"path":"Patient.telecom","sliceName":"phone","min":1,"max":"*","slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"closed"}},
        {"path":"Patient.telecom.system","min":1,"max":"1","fixedCode":"phone"},
        {"path":"Patient.telecom","sliceName":"phone/home","min":0,"max":"1"},
        {"path":"Patient.telecom.system","min":1,"max":"1","fixedCode":"phone"},
        {"path":"Patient.telecom.use","min":1,"max":"1","fixedCode":"home"},
        {"path":"Patient.telecom","sliceName":"phone/work","min":1,"max":"1"},
        {"path":"Patient.telecom.system","min":1,"max":"1","fixedCode":"phone"},
        {"path":"Patient.telecom.use","min":1,"max":"1","fixedCode":"work"})"),
      profile("pattern", "Observation", R"(
        {"path":"Observation.category","min":1,"max":"*","slicing":{"discriminator":[{"type":"pattern","path":"$this"}],"rules":"open"}},
        {"path":"Observation.category","sliceName":"lab","min":1,"max":"1","patternCodeableConcept":{"coding":[{"system":"urn:c","code":"lab"}]}},
        {"path":"Observation.value[x]","min":0,"max":"1","slicing":{"discriminator":[{"type":"type","path":"$this"}],"rules":"closed"}},
        {"path":"Observation.value[x]","sliceName":"valueQuantity","min":0,"max":"1","type":[{"code":"Quantity"}]},
        {"path":"Observation.value[x].unit","min":1,"max":"1"})"),
      profile("exists", "Patient", R"(
        {"path":"Patient.name","min":0,"max":"*","slicing":{"discriminator":[{"type":"exists","path":"period"}],"rules":"open"}},
        {"path":"Patient.name","sliceName":"old","min":0,"max":"*"},
        {"path":"Patient.name.period","min":1,"max":"1"},
        {"path":"Patient.name","sliceName":"now","min":1,"max":"1"},
        {"path":"Patient.name.period","min":0,"max":"0"})"),
      profile("target", "Patient", R"j(
        {"path":"Patient.generalPractitioner","min":0,"max":"*","slicing":{"discriminator":[{"type":"type","path":"resolve()"}],"rules":"open"
}
},
        {"path":"Patient.generalPractitioner","sliceName":"org","min":0,"max":"1","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Organization"]}]},
        {"path":"Patient.generalPractitioner.display","min":1,"max":"1"})j"),
      profile("named", "Organization", R"({"path":"Organization.name","min":1,"max":"1"})"),
      profile("entries", "Bundle", R"(
        {"path":"Bundle.entry","min":0,"max":"*","slicing":{"discriminator":[{"type":"profile","path":"resource"}],"rules":"closed"}},
        {"path":"Bundle.entry","sliceName":"named","min":1,"max":"1"},
        {"path":"Bundle.entry.resource","min":1,"max":"1","type":[{"code":"Organization","profile":["http://test.example.org/named"]}]})"),
      profile("ext", "Patient", R"j(
        {"path":"Patient.name","min":0,"max":"*","slicing":{"discriminator":[{"type":"value","path":"extension('http://test.example.org/kind').value"}],"rules":"open"}},
        {"path":"Patient.name","sliceName":"main","min":1,"max":"1"},
        {"path":"Patient.name.extension","min":1,"max":"*","slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"open"}},
        {"path":"Patient.name.extension","sliceName":"kind","min":1,"max":"1"},
        {"path":"Patient.name.extension.url","min":1,"max":"1","fixedUri":"http://test.example.org/kind"},
        {"path":"Patient.name.extension.value[x]","min":1,"max":"1","type":[{"code":"code"}],"fixedCode":"main"})j"),
      profile("kind", "Extension", R"(
        {"path":"Extension.extension","min":0,"max":"0"},
        {"path":"Extension.url","min":1,"max":"1","fixedUri":"http://test.example.org/kind"},
        {"path":"Extension.value[x]","min":1,"max":"1","type":[{"code":"code"}],"maxLength":6})"),
  });
  return k_guide;
}

test::Findings patient(std::string_view members, std::string_view name) {
  return guide().validate(R"({"resourceType":"Patient",)" + std::string(members) + "}", name);
}

test::Findings observation(std::string_view members) {
  return guide().validate(R"({"resourceType":"Observation","status":"final","code":{"text":"c"},)" +
                              std::string(members) + "}",
                          "pattern");
}

constexpr std::string_view k_lab = R"("category":[{"coding":[{"system":"urn:c","code":"lab"}]}])";

}  // namespace

TEST_CASE("an item is judged by the slice that its discriminator names") {
  CHECK(
      patient(
          R"("identifier":[{"system":"urn:a","value":"1"},{"system":"urn:b"},{"system":"urn:c"}])",
          "open")
          .errors() == 0);
  CHECK(patient(R"("identifier":[{"system":"urn:b"},{"system":"urn:a"}])", "open")
            .error()
            .expression == "Patient.identifier[1]");
  CHECK(patient(R"("identifier":[{"system":"urn:a","value":"1"},{"system":"urn:a","value":"2"}])",
                "open")
            .error()
            .expression == "Patient");
}

TEST_CASE("a closed slicing has no other items, one open at the end has them last") {
  CHECK(patient(R"("identifier":[{"system":"urn:b"},{"system":"urn:c"}])", "closed")
            .error()
            .expression == "Patient.identifier[1]");
  CHECK(
      patient(
          R"("identifier":[{"system":"urn:a","value":"1"},{"system":"urn:b"},{"system":"urn:c"}])",
          "ordered")
          .errors() == 0);
  CHECK(patient(R"("identifier":[{"system":"urn:c"},{"system":"urn:b"}])", "ordered")
            .error()
            .expression == "Patient.identifier[1]");
}

TEST_CASE("an ordered slicing has its slices in order") {
  CHECK(patient(R"("identifier":[{"system":"urn:b"},{"system":"urn:a","value":"1"}])", "ordered")
            .error()
            .expression == "Patient.identifier[1]");
}

TEST_CASE("the default slice takes what no other slice takes") {
  CHECK(patient(R"("identifier":[{"system":"urn:c","value":"123"}])", "default").errors() == 0);
  CHECK(patient(R"("identifier":[{"system":"urn:c","value":"1234"}])", "default")
            .error()
            .expression == "Patient.identifier[0].value");
  CHECK(patient(R"("identifier":[{"system":"urn:c","value":"1"},{"system":"urn:d","value":"1"}])",
                "default")
            .error()
            .expression == "Patient");
}

TEST_CASE("a slice may be sliced again") {
  CHECK(
      patient(
          R"("telecom":[{"system":"phone","use":"work","value":"1"},{"system":"email","value":"2"}])",
          "again")
          .errors() == 0);
  CHECK(patient(R"("telecom":[{"system":"email","value":"1"}])", "again").error().expression ==
        "Patient");
  CHECK(patient(R"("telecom":[{"system":"phone","use":"home","value":"1"}])", "again")
            .error()
            .expression == "Patient");
  CHECK(
      patient(
          R"("telecom":[{"system":"phone","use":"work","value":"1"},{"system":"phone","use":"old","value":"2"}])",
          "again")
          .error()
          .expression == "Patient.telecom[1]");
}

TEST_CASE("a pattern on the item itself tells a slice") {
  CHECK(observation(k_lab).errors() == 0);
  CHECK(observation(R"("category":[{"coding":[{"system":"urn:c","code":"x"}]}])")
            .error()
            .expression == "Observation");
}

TEST_CASE("a choice is sliced by its type") {
  const std::string lab(k_lab);
  CHECK(observation(lab + R"(,"valueQuantity":{"value":1,"unit":"g"})").errors() == 0);
  CHECK(observation(lab + R"(,"valueQuantity":{"value":1})").error().expression ==
        "Observation.value.ofType(Quantity)");
  CHECK(observation(lab + R"(,"valueString":"x")").error().expression ==
        "Observation.value.ofType(string)");
}

TEST_CASE("that something is there tells a slice") {
  CHECK(patient(R"("name":[{"family":"A"},{"family":"B","period":{"start":"2000"}}])", "exists")
            .errors() == 0);
  CHECK(patient(R"("name":[{"family":"B","period":{"start":"2000"}}])", "exists")
            .error()
            .expression == "Patient");
}

TEST_CASE("the type of what a reference points to tells a slice") {
  CHECK(
      patient(
          R"("generalPractitioner":[{"reference":"Practitioner/1"},{"reference":"Organization/1","display":"x"}])",
          "target")
          .errors() == 0);
  CHECK(
      patient(
          R"("generalPractitioner":[{"reference":"Practitioner/1"},{"reference":"Organization/1"}])",
          "target")
          .error()
          .expression == "Patient.generalPractitioner[1]");
}

TEST_CASE("that a resource meets a profile tells a slice") {
  const auto bundle = [](std::string_view member) {
    return guide().validate(
        R"({"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:6d6f9f4e-0c3a-4e0b-8f55-0d0f0d0f0d0f","resource":{"resourceType":"Organization",)" +
            std::string(member) + "}}]}",
        "entries");
  };
  CHECK(bundle(R"("name":"x")").errors() == 0);
  CHECK(bundle(R"("identifier":[{"value":"x"}])").has_error("Bundle.entry[0]"));
  CHECK(bundle(R"("identifier":[{"value":"x"}])").has_error("Bundle"));
}

TEST_CASE("the value of an extension tells a slice") {
  CHECK(
      patient(
          R"("name":[{"family":"A","extension":[{"url":"http://test.example.org/kind","valueCode":"main"}]}])",
          "ext")
          .errors() == 0);
  CHECK(
      patient(
          R"("name":[{"family":"A","extension":[{"url":"http://test.example.org/kind","valueCode":"other"}]}])",
          "ext")
          .error()
          .expression == "Patient");
}

TEST_CASE("an extension is judged by its own definition wherever it stands") {
  const auto found = patient(
      R"("extension":[{"url":"http://test.example.org/kind","valueCode":"too-long"}],"active":true)",
      "");
  CHECK(found.error().expression == "Patient.extension[0].value.ofType(code)");
}
