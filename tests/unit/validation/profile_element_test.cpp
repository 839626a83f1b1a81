// What one element of a profile may demand.
// https://hl7.org/fhir/R4/elementdefinition.html
#include "profile_support.h"

using test::Guide;
using test::profile;

namespace {

const Guide& guide() {
  static const Guide k_guide({
      profile("card", "Patient", R"(
        {"path":"Patient.name","min":1,"max":"1"},
        {"path":"Patient.name.family","min":1,"max":"1"},
        {"path":"Patient.photo","min":0,"max":"0"})"),
      profile("value", "Patient", R"(
        {"path":"Patient.gender","min":0,"max":"1","fixedCode":"female"},
        {"path":"Patient.birthDate","min":0,"max":"1","minValueDate":"1900-01-01","maxValueDate":"2000-12-31"},
        {"path":"Patient.name","min":0,"max":"*"},
        {"path":"Patient.name.family","min":0,"max":"1","maxLength":5},
        {"path":"Patient.multipleBirth[x]","min":0,"max":"1","type":[{"code":"integer"}]},
        {"path":"Patient.maritalStatus","min":0,"max":"1","patternCodeableConcept":{"coding":[{"system":"urn:x","code":"M"}]}},
        {"path":"Patient.identifier","min":0,"max":"*","patternIdentifier":{"system":"urn:ids"}},
        {"path":"Patient.contact","min":0,"max":"*"},
        {"path":"Patient.contact.relationship","min":0,"max":"*","fixedCodeableConcept":{"text":"mother"}})"),
      profile("bound", "Patient", R"(
        {"path":"Patient.maritalStatus","min":0,"max":"1","binding":{"strength":"required","valueSet":"http://hl7.org/fhir/ValueSet/condition-clinical"}},
        {"path":"Patient.contact","min":0,"max":"*"},
        {"path":"Patient.contact.relationship","min":0,"max":"*","binding":{"strength":"preferred","valueSet":"http://hl7.org/fhir/ValueSet/x","extension":[
          {"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet","valueCanonical":"http://hl7.org/fhir/ValueSet/condition-clinical"}]}})"),
      profile("more", "Observation", R"j(
        {"path":"Observation.method","min":0,"max":"1","binding":{"strength":"extensible","valueSet":"http://hl7.org/fhir/ValueSet/condition-clinical"}},
        {"path":"Observation.code","min":1,"max":"1","binding":{"strength":"example","extension":[{
          "url":"http://hl7.org/fhir/tools/StructureDefinition/additional-binding","extension":[
            {"url":"purpose","valueCode":"required"},
            {"url":"valueSet","valueCanonical":"http://hl7.org/fhir/ValueSet/condition-clinical"}]}]}},
        {"path":"Observation.note","min":0,"max":"*","type":[{"code":"Annotation","profile":["http://test.example.org/note1","http://test.example.org/note2"]}]},
        {"path":"Observation.interpretation","min":0,"max":"*","type":[{"code":"CodeableConcept"}]},
        {"path":"Observation.status","min":1,"max":"1","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/minLength","valueInteger":6}]},
        {"path":"Observation.component","min":0,"max":"*","type":[{"code":"BackboneElement","profile":["http://test.example.org/parts"],
          "_profile":[{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-profile-element","valueString":"Observation.component:one"}]}]}]},
        {"path":"Observation.value[x]","min":0,"max":"1","type":[{"code":"Quantity"}],
          "minValueQuantity":{"value":1,"system":"http://unitsofmeasure.org","code":"g"},
          "maxValueQuantity":{"value":2,"system":"http://unitsofmeasure.org","code":"kg"}})j"),
      profile("note1", "Annotation", R"({"path":"Annotation.time","min":1,"max":"1"})"),
      profile("note2", "Annotation", R"({"path":"Annotation.author[x]","min":1,"max":"1"})"),
      profile("parts", "Observation", R"(
        {"path":"Observation.component","min":0,"max":"*","slicing":{"discriminator":[{"type":"value","path":"code"}],"rules":"open"}},
        {"path":"Observation.component","sliceName":"one","min":0,"max":"*"},
        {"path":"Observation.component.code","min":1,"max":"1","patternCodeableConcept":{"text":"one"}},
        {"path":"Observation.component.value[x]","min":1,"max":"1"})"),
      profile("rule", "Patient", R"j(
        {"path":"Patient.name","min":0,"max":"*","constraint":[
          {"key":"t-1","severity":"error","human":"A name needs a family","expression":"family.exists()"},
          {"key":"t-2","severity":"warning","human":"No prefix","expression":"prefix.empty()"}]},
        {"path":"Patient.contact","min":0,"max":"*","constraint":[
          {"key":"t-3","severity":"error","human":"Same as the patient","expression":"gender = %resource.gender"}]})j"),
      profile("judged", "Patient", R"j(
        {"path":"Patient.active","min":0,"max":"1","extension":[{"url":"http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.mustHaveValue","valueBoolean":true}]},
        {"path":"Patient.contact","min":0,"max":"*","constraint":[
          {"key":"j-1","severity":"error","human":"The patient meets another profile","expression":"%resource.conformsTo('http://test.example.org/card')"}]},
        {"path":"Patient.link","min":0,"max":"*","constraint":[
          {"key":"j-2","severity":"error","human":"The patient meets this profile","expression":"%resource.conformsTo('http://test.example.org/judged')"}]})j"),
      profile("matched", "Patient", R"j(
        {"path":"Patient.name","min":0,"max":"*"},
        {"path":"Patient.name.family","min":0,"max":"1","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/regex","valueString":"(a+)+'?"}]},
        {"path":"Patient.name.given","min":0,"max":"*","type":[{"code":"string","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/regex","valueString":"\\d{2}|[A-Z]+"}]}]})j"),
      profile("circle", "Patient", R"(
        {"path":"Patient.link","min":0,"max":"*"},
        {"path":"Patient.link.other","min":1,"max":"1","type":[{"code":"Reference","targetProfile":["http://test.example.org/circle"]}]},
        {"path":"Patient.gender","min":1,"max":"1"})"),
      profile("self", "Questionnaire", R"j(
        {"path":"Questionnaire.item","min":0,"max":"*","type":[{"code":"BackboneElement",
          "profile":["http://test.example.org/self","http://test.example.org/self","http://test.example.org/self"],
          "_profile":[{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-profile-element","valueString":"Questionnaire.item"}]},
            {"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-profile-element","valueString":"Questionnaire.item"}]}]}]},
        {"path":"Questionnaire.item.prefix","min":1,"max":"1"},
        {"path":"Questionnaire.item.item","min":0,"max":"*","contentReference":"#Questionnaire.item"})j"),
      profile("within", "Questionnaire", R"j(
        {"path":"Questionnaire.item","min":0,"max":"*","slicing":{"discriminator":[{"type":"profile","path":"$this"}],"rules":"open"}},
        {"path":"Questionnaire.item","sliceName":"a","min":0,"max":"*","type":[{"code":"BackboneElement","profile":["http://test.example.org/within"]}]},
        {"path":"Questionnaire.item.prefix","min":1,"max":"1"})j"),
      profile("deep", "Questionnaire", R"(
        {"path":"Questionnaire.item","min":0,"max":"*"},
        {"path":"Questionnaire.item.prefix","min":1,"max":"1"},
        {"path":"Questionnaire.item.item","min":0,"max":"*","contentReference":"#Questionnaire.item"})"),
  });
  return k_guide;
}

test::Findings patient(std::string_view members, std::string_view name) {
  return guide().validate(R"({"resourceType":"Patient",)" + std::string(members) + "}", name);
}

test::Findings observation(std::string_view members) {
  return guide().validate(
      R"({"resourceType":"Observation","status":"registered","code":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]})" +
          std::string(members) + "}",
      "more");
}

}  // namespace

TEST_CASE("a profile may ask for more and allow less than the base definition") {
  CHECK(patient(R"("name":[{"family":"A"}])", "card").errors() == 0);
  CHECK(patient(R"("gender":"male")", "card").error().expression == "Patient");
  CHECK(patient(R"("name":[{"family":"A"},{"family":"B"}])", "card").error().expression ==
        "Patient");
  CHECK(patient(R"("name":[{"text":"A"}])", "card").error().expression == "Patient.name[0]");
  CHECK(patient(R"("name":[{"family":"A"}],"photo":[{"title":"x"}])", "card").error().expression ==
        "Patient");
}

TEST_CASE("a fixed value is the value itself") {
  CHECK(patient(R"("gender":"female")", "value").errors() == 0);
  CHECK(patient(R"("gender":"male")", "value").error().expression == "Patient.gender");
  CHECK(patient(R"("contact":[{"name":{"text":"x"},"relationship":[{"text":"mother"}]}])", "value")
            .errors() == 0);
  CHECK(patient(R"("contact":[{"name":{"text":"x"},"relationship":[{"text":"mother","id":"a"}]}])",
                "value")
            .error()
            .expression == "Patient.contact[0].relationship[0].id");
}

TEST_CASE("a pattern is what a value must have at least") {
  CHECK(patient(R"("identifier":[{"system":"urn:ids","value":"1"}])", "value").errors() == 0);
  CHECK(patient(R"("identifier":[{"value":"1"}])", "value").error().expression ==
        "Patient.identifier[0].system");
  CHECK(
      patient(
          R"("maritalStatus":{"text":"t","coding":[{"code":"x","system":"urn:y"},{"code":"M","system":"urn:x","display":"d"}]})",
          "value")
          .errors() == 0);
  CHECK(patient(R"("maritalStatus":{"coding":[{"code":"M","system":"urn:y"}]})", "value")
            .error()
            .expression == "Patient.maritalStatus");
}

TEST_CASE("values lie between the smallest and the largest, and are no longer than allowed") {
  CHECK(patient(R"("birthDate":"1950-02")", "value").errors() == 0);
  CHECK(patient(R"("birthDate":"1899-12-31")", "value").error().expression == "Patient.birthDate");
  CHECK(patient(R"("birthDate":"2001-01-01")", "value").error().expression == "Patient.birthDate");
  CHECK(patient(R"("name":[{"family":"abcdef"}])", "value").error().expression ==
        "Patient.name[0].family");
}

TEST_CASE("a profile may allow some types of a choice only") {
  CHECK(patient(R"("multipleBirthInteger":2)", "value").errors() == 0);
  CHECK(patient(R"("multipleBirthBoolean":true)", "value").error().expression ==
        "Patient.multipleBirth.ofType(boolean)");
}

TEST_CASE("bindings of a profile are judged by their strength") {
  const std::string known =
      R"({"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]})";
  const std::string other = R"({"coding":[{"system":"urn:x","code":"active"}]})";
  CHECK(patient("\"maritalStatus\":" + known, "bound").errors() == 0);
  CHECK(patient("\"maritalStatus\":" + other, "bound").has_error("Patient.maritalStatus"));
  const auto extensible = observation(",\"method\":" + other);
  CHECK(extensible.errors() == 0);
  CHECK(extensible.has(fhir::Severity::warning, "Observation.method"));
  CHECK(patient("\"contact\":[{\"relationship\":[" + other + "]}]", "bound")
            .has_error("Patient.contact[0].relationship[0]"));
  // The binding is preferred: a text needs no code.
  CHECK(
      patient(R"("contact":[{"name":{"text":"x"},"relationship":[{"text":"neighbour"}]}])", "bound")
          .errors() == 0);
}

TEST_CASE("constraints of a profile are judged with their severity, in their resource") {
  CHECK(patient(R"("name":[{"family":"A"}])", "rule").all().empty());
  CHECK(patient(R"("name":[{"text":"A"}])", "rule").has_error("Patient.name[0]", "t-1"));
  const auto warned = patient(R"("name":[{"family":"A","prefix":["Dr"]}])", "rule");
  CHECK(warned.errors() == 0);
  CHECK(warned.has(fhir::Severity::warning, "Patient.name[0]", "t-2"));
  CHECK(patient(R"("gender":"male","contact":[{"gender":"male","name":{"family":"x"}}])", "rule")
            .errors() == 0);
  CHECK(patient(R"("gender":"male","contact":[{"gender":"female","name":{"family":"x"}}])", "rule")
            .has_error("Patient.contact[0]", "t-3"));
}

TEST_CASE("a logical model is told from a profile that is not known") {
  const Guide models(
      {R"({"resourceType":"StructureDefinition","url":"http://test.example.org/model",
    "name":"model","kind":"logical","type":"model","derivation":"specialization",
    "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Element",
    "differential":{"element":[{"path":"model"},{"path":"model.a"}]}})"});
  for (const char* instance : {R"({"a":"x"})", R"({"resourceType":"Patient"})"}) {
    const auto issue = models.validate(instance, "model").error();
    CHECK(issue.type == fhir::IssueType::not_supported);
    CHECK(issue.diagnostics.find("is a logical model") != std::string::npos);
  }
  CHECK(models.validate(R"({"resourceType":"Patient"})", "none").error().type ==
        fhir::IssueType::not_found);
}

// https://hl7.org/fhir/R4/extension-regex.html
TEST_CASE("a value matches the regular expression of its element or type, whole") {
  const auto name = [](const std::string& member) {
    return patient("\"name\":[{" + member + "}]", "matched");
  };
  CHECK(name(R"("family":"aaa'","given":["12","AB"])").all().empty());
  CHECK(name(R"("family":"baaa")").has_error("Patient.name[0].family", "regex"));
  CHECK(name(R"("given":["AB","123"])").has_error("Patient.name[0].given[1]", "regex"));
  CHECK(
      name(
          R"("_family":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]})")
          .errors() == 0);
  // One on which a matcher that goes back would not end.
  CHECK(name("\"family\":\"" + std::string(10'000, 'a') + "!\"")
            .has_error("Patient.name[0].family", "regex"));
}

TEST_CASE("what a profile says of an element holds for elements that take its content") {
  const auto questionnaire = [](std::string_view inner) {
    return guide().validate(
        R"({"resourceType":"Questionnaire","status":"active","item":[{"linkId":"1","type":"group","prefix":"a","item":[{"linkId":"2","type":"string")" +
            std::string(inner) + "}]}]}",
        "deep");
  };
  CHECK(questionnaire(R"(,"prefix":"b")").has_error("Questionnaire.item[0].item[0]") == false);
  CHECK(questionnaire("").has_error("Questionnaire.item[0].item[0]"));
}

TEST_CASE("a profile that asks for itself ends") {
  const std::string contained = R"("contained":[{"resourceType":"Patient","id":"a",)";
  CHECK(patient(
            contained + R"("gender":"male","link":[{"other":{"reference":"#a"},"type":"seealso"}]}],
        "gender":"male","link":[{"other":{"reference":"#a"},"type":"seealso"}])",
            "circle")
            .errors() == 0);
  CHECK(patient(contained + R"("active":true}],
        "gender":"male","link":[{"other":{"reference":"#a"},"type":"seealso"}])",
                "circle")
            .error()
            .expression == "Patient.link[0].other");
  CHECK(
      patient(R"("gender":"male","link":[{"other":{"reference":"#"},"type":"seealso"}])", "circle")
          .errors() == 0);
}

TEST_CASE("a profile that was asked for must be known and about the resource's type") {
  CHECK(patient(R"("gender":"male")", "nowhere").error().type == fhir::IssueType::not_found);
  CHECK(patient(R"("gender":"male")", "deep").error().expression == "Patient");
  const auto claimed =
      patient(R"("meta":{"profile":["http://test.example.org/nowhere"]},"active":true)", "");
  CHECK(claimed.errors() == 0);
  CHECK(claimed.has(fhir::Severity::warning, "Patient.meta.profile[0]"));
  CHECK(patient(R"("meta":{"profile":["http://test.example.org/card|1.0.0"]},"active":true)", "")
            .error()
            .expression == "Patient");
}

TEST_CASE("a quantity lies between the smallest and the largest, whatever its unit") {
  const auto value = [](std::string_view number, std::string_view unit) {
    return observation(R"(,"valueQuantity":{"system":"http://unitsofmeasure.org","value":)" +
                       std::string(number) + ",\"code\":\"" + std::string(unit) + "\"}");
  };
  CHECK(value("1.5", "g").errors() == 0);
  CHECK(value("999", "mg").error().expression == "Observation.value.ofType(Quantity)");
  CHECK(value("2001", "g").error().expression == "Observation.value.ofType(Quantity)");
  CHECK(value("5000", "m").errors() == 0);  // not comparable
}

TEST_CASE("an additional binding without a usage holds everywhere") {
  CHECK(guide()
            .validate(R"({"resourceType":"Observation","status":"registered","code":{"text":"x"}})",
                      "more")
            .error()
            .expression == "Observation.code");
}

TEST_CASE("a value may be asked to have some length") {
  CHECK(
      guide()
          .validate(
              R"({"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]}})",
              "more")
          .error()
          .expression == "Observation.status");
}

TEST_CASE("of several profiles of a type one must be met; if none is, all say why") {
  CHECK(observation(R"(,"note":[{"text":"a","time":"2020"},{"text":"b","authorString":"c"}])")
            .errors() == 0);
  const auto found = observation(R"(,"note":[{"text":"a"}])");
  CHECK(found.errors() == 3);
  CHECK(found.has_error("Observation.note[0]"));
}

TEST_CASE("a type may name one element of a profile") {
  CHECK(observation(R"(,"component":[{"code":{"text":"one"},"valueString":"x"}])").errors() == 0);
  CHECK(observation(R"(,"component":[{"code":{"text":"one"}}])").error().expression ==
        "Observation.component[0]");
}

TEST_CASE("a constraint may ask for conformance, and a profile for its own") {
  const std::string contact = R"("contact":[{"name":{"text":"x"}}])";
  CHECK(patient(contact + R"(,"name":[{"family":"A"}])", "judged").errors() == 0);
  CHECK(patient(contact, "judged").has_error("Patient.contact[0]", "j-1"));
  CHECK(patient(R"("link":[{"other":{"display":"x"},"type":"seealso"}])", "judged").errors() == 0);
}

TEST_CASE("an element that must have a value has more than extensions") {
  CHECK(patient(R"("active":true)", "judged").errors() == 0);
  CHECK(
      patient(
          R"("_active":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]})",
          "judged")
          .error()
          .expression == "Patient.active");
}

TEST_CASE("an element that names its own profile, several times over, ends soon") {
  std::string items = R"({"linkId":"0","type":"string","text":"x"})";
  for (int depth = 1; depth < 60; ++depth)
    items = R"({"linkId":")" + std::to_string(depth) + R"(","type":"group","text":"x","item":[)" +
            items + "]}";
  const std::string questionnaire =
      R"({"resourceType":"Questionnaire","status":"active","item":[)" + items + "]}";
  CHECK(guide().validate(questionnaire, "self").errors() > 0);
  CHECK(guide().validate(questionnaire, "within").all().size() < 1000);
}

TEST_CASE("a profile may ask for sections of the narrative by language") {
  const auto control = [](const std::string& name, const std::string& code) {
    return profile(name, "Patient",
                   R"({"path":"Patient.text","min":0,"max":"1","extension":[{
      "url":"http://hl7.org/fhir/StructureDefinition/narrative-language-control","valueCode":")" +
                       code + "\"}]}");
  };
  const Guide languages({control("yes", "_yes"), control("no", "_no"), control("own", "_resource"),
                         control("german", "de")});
  const auto with = [&](const std::string& name, const std::string& language) {
    const std::string section =
        language.empty() ? "x" : "<div xml:lang='" + language + "' lang='" + language + "'>x</div>";
    return languages
        .validate(R"({"resourceType":"Patient","language":"en","text":{"status":"generated",
        "div":"<div xmlns='http://www.w3.org/1999/xhtml'>)" +
                      section + R"(</div>"}})",
                  name)
        .errors();
  };
  CHECK(with("yes", "fr") == 0);
  CHECK(with("yes", "") == 1);
  CHECK(with("no", "") == 0);
  CHECK(with("no", "fr") == 1);
  CHECK(with("own", "en") == 0);
  CHECK(with("own", "de") == 1);
  CHECK(with("german", "de") == 0);
  CHECK(with("german", "en") == 1);
}

TEST_CASE("a target that meets one of the profiles allowed is right, known or not the others are") {
  const Guide targets({profile("targets", "Patient", R"(
    {"path":"Patient.link","min":0,"max":"*"},
    {"path":"Patient.link.other","min":1,"max":"1","type":[{"code":"Reference","targetProfile":[
      "http://test.example.org/unknown","http://test.example.org/female"]}]})"),
                       profile("female", "Patient", R"(
    {"path":"Patient.gender","min":1,"max":"1","fixedCode":"female"})")});
  const auto with = [&](const std::string& gender) {
    return targets.validate(
        R"({"resourceType":"Patient","contained":[{"resourceType":"Patient","id":"b","gender":")" +
            gender + R"("}],"link":[{"other":{"reference":"#b"},"type":"seealso"}]})",
        "targets");
  };
  CHECK_FALSE(with("female").has(fhir::Severity::warning, "Patient.link[0].other"));
  CHECK(with("male").has(fhir::Severity::warning, "Patient.link[0].other"));
  CHECK(with("male").errors() == 0);
}

TEST_CASE("a constraint on a contained resource sees what contains it as its resource") {
  const Guide contained({profile("contained", "Patient", R"j(
    {"path":"Patient.contained","min":0,"max":"*","type":[{"code":"Resource"}],"constraint":[
      {"key":"c-1","severity":"error","human":"x","expression":"%resource.is(Patient) and $this.is(Practitioner)"}]})j")});
  CHECK(contained
            .validate(R"({"resourceType":"Patient","contained":[{"resourceType":"Practitioner",
              "id":"a","active":true}],"generalPractitioner":[{"reference":"#a"}]})",
                      "contained")
            .errors() == 0);
}

TEST_CASE("a profile may ask that the parts of a narrative tell their source") {
  const auto control = [](const std::string& name, const std::string& code) {
    return profile(name, "Patient",
                   R"({"path":"Patient.text","min":0,"max":"1","extension":[{
      "url":"http://hl7.org/fhir/StructureDefinition/narrative-source-control","valueCode":")" +
                       code + "\"}]}");
  };
  const Guide sources({control("error", "error"), control("warning", "warning")});
  const auto with = [&](const std::string& name, const std::string& inside) {
    return sources.validate(R"({"resourceType":"Patient","text":{"status":"generated",
        "div":"<div xmlns='http://www.w3.org/1999/xhtml'>)" +
                                inside + R"(</div>"}})",
                            name);
  };
  const std::string told = "<h1 class='boilerplate'>x</h1> <p class='wide generated'>x<b>y</b></p>";
  CHECK(with("error", told).errors() == 0);
  CHECK(with("error", told + "x").error().expression == "Patient.text");
  CHECK(with("error", told + "<p>x</p>").error().expression == "Patient.text");
  CHECK(with("error", told + "<p class='wide'>x</p>").error().expression == "Patient.text");
  CHECK(with("warning", "x").errors() == 0);
  CHECK(with("warning", "x").has(fhir::Severity::warning, "Patient.text"));
}
