#include "src/policy/shade.h"

#include "fhir/formats/json_document.h"
#include "src/policy/shaded_body.h"
#include "unit/policy/fixture.h"

using namespace server;
using Fate = policy::ShadeNode::Fate;
using policy_test::definitions;

namespace {

policy::Shades shades(std::vector<std::string> hidden, std::vector<std::string> masked = {}) {
  policy::Shades out;
  for (const std::string& path : hidden) REQUIRE(out.add(path, Fate::hidden, definitions()));
  for (const std::string& path : masked) REQUIRE(out.add(path, Fate::masked, definitions()));
  out.finish(definitions());
  return out;
}

std::string shown(const policy::Shades& shades, std::string_view type, std::string members) {
  const std::string body = "{\"resourceType\":\"" + std::string(type) + "\"," + members + "}";
  auto out = policy::shaded(body, type, shades);
  REQUIRE(out);
  CHECK(fhir::json::Document::read(*out));
  return *out;
}

const std::string k_labels = std::string("\"meta\":{\"security\":[") +
                             std::string(policy::k_redacted_label) + "],\"tag\":[" +
                             std::string(policy::k_subsetted_tag) + "]}";
const std::string k_mask(policy::k_masked_element);

}  // namespace

TEST_CASE("hidden elements are left out, with their siblings") {
  const auto role = shades({"Patient.birthDate", "Patient.identifier"});
  CHECK(
      shown(
          role, "Patient",
          R"("birthDate":"1980-01-01","_birthDate":{"id":"a"},"identifier":[{"value":"}\"{"}],"active":true)") ==
      R"({"resourceType":"Patient","active":true,)" + k_labels + "}");
}

TEST_CASE("masked elements say that they are, and neither their number nor their parts") {
  const auto role = shades({}, {"Patient.birthDate", "Patient.telecom", "Patient.maritalStatus"});
  CHECK(
      shown(
          role, "Patient",
          R"("_birthDate":{"id":"a"},"birthDate":"1980","telecom":[{"value":"1"},{"value":"2"}],"maritalStatus":{"text":"x"})") ==
      R"({"resourceType":"Patient","_birthDate":)" + k_mask + R"(,"telecom":[)" + k_mask +
          R"(],"maritalStatus":)" + k_mask + "," + k_labels + "}");
}

TEST_CASE("a choice is hidden whatever its type") {
  const auto role = shades({"Observation.value"});
  for (const char* value :
       {R"("valueQuantity":{"value":1.0})", R"("valueString":"x","_valueString":{"id":"i"})",
        R"("valueCodeableConcept":{"text":"t"})"})
    CHECK(shown(role, "Observation", value) ==
          R"({"resourceType":"Observation",)" + k_labels + "}");
  CHECK(shown(role, "Observation", R"("valueSet":1)").find("valueSet") != std::string::npos);
}

TEST_CASE("nested elements, those of items within items too") {
  CHECK(
      shown(
          shades({"Patient.contact.telecom"}), "Patient",
          R"("contact":[{"telecom":[{"value":"1"}],"gender":"male"},{"telecom":[{"value":"2"}]}])") ==
      R"({"resourceType":"Patient","contact":[{"gender":"male"}],)" + k_labels + "}");
  const auto items = shades({"QuestionnaireResponse.item.answer"});
  const std::string out = shown(
      items, "QuestionnaireResponse",
      R"("item":[{"linkId":"1","answer":[{"valueString":"secret"}],"item":[{"linkId":"2","answer":[{"valueString":"secret"}]}]}])");
  CHECK(out.find("secret") == std::string::npos);
  CHECK(out.find("\"linkId\":\"2\"") != std::string::npos);
  const auto deep = shades({"QuestionnaireResponse.item.text"});
  CHECK(shown(deep, "QuestionnaireResponse",
              R"("item":[{"linkId":"1","answer":[{"item":[{"linkId":"2","text":"secret"}]}]}])")
            .find("secret") == std::string::npos);
}

TEST_CASE("the narrative goes, and the labels stand beside others, whatever the resource holds") {
  const auto role = shades({"Patient.photo"});
  CHECK(
      shown(
          role, "Patient",
          R"("meta":{"versionId":"3","tag":[{"code":"t"}]},"text":{"status":"generated","div":"<div>x</div>"})") ==
      R"({"resourceType":"Patient","meta":{"versionId":"3","tag":[{"code":"t"},)" +
          std::string(policy::k_subsetted_tag) + R"(],"security":[)" +
          std::string(policy::k_redacted_label) + "]}}");
}

TEST_CASE("resources within resources are held to their own type") {
  const auto role = shades({"Patient.birthDate"});
  const std::string inner = R"({"birthDate":"1980","id":"p","resourceType":"Patient"})";
  const std::string held = R"({"id":"p","resourceType":"Patient"})";
  CHECK(shown(role, "Observation", R"("contained":[)" + inner + "]") ==
        R"({"resourceType":"Observation","contained":[)" + held + "]}");
  CHECK(shown(role, "Bundle", R"("entry":[{"fullUrl":"u","resource":)" + inner + "}]") ==
        R"({"resourceType":"Bundle","entry":[{"fullUrl":"u","resource":)" + held + "}]}");
  CHECK(shown(role, "Parameters",
              R"("parameter":[{"name":"a","part":[{"name":"b","resource":)" + inner + "}]}]")
            .find("1980") == std::string::npos);
}

TEST_CASE("no character is looked at more than twice, however deep resources and parts lie") {
  const auto role = shades({"Patient.birthDate"});
  const auto nested = [](std::string_view head, std::string_view tail, std::size_t depth,
                         std::string_view inner) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += head;
    text += inner;
    for (std::size_t i = 0; i < depth; ++i) text += tail;
    return text;
  };
  const std::string patient = R"({"birthDate":"1980","id":"p","resourceType":"Patient"})";
  const std::string fill = R"("value":")" + std::string(1000, 'x') + R"(")";
  struct Case {
    std::string_view type;
    std::string body;
  };
  const Case cases[] = {
      {"Parameters", R"({"resourceType":"Parameters","parameter":[)" +
                         nested(R"({"part":[)", "]," + fill + "}", 60, patient) + "]}"},
      {"Bundle", R"({"resourceType":"Bundle","entry":[{"resource":)" +
                     nested(R"({"entry":[{"resource":)",
                            "}]," + fill + R"(,"resourceType":"Bundle"})", 40, patient) +
                     "}]}"},
      {"Observation", R"({"resourceType":"Observation","contained":[)" +
                          nested(R"({"contained":[)",
                                 "]," + fill + R"(,"resourceType":"Observation"})", 60, patient) +
                          "]}"},
      {"Observation",
       R"({"resourceType":"Observation","contained":[)" + nested("[", "]", 100, patient) + "]}"}};
  for (const Case& one : cases) {
    std::size_t looked_at = 0;
    const auto out = policy::shaded(one.body, one.type, role, &looked_at);
    REQUIRE_MESSAGE(out, one.body.substr(0, 60));
    CHECK(out->find("1980") == std::string::npos);
    CHECK(out->find(R"({"id":"p","resourceType":"Patient"})") != std::string::npos);
    CHECK(looked_at <= 2 * one.body.size());
  }
}

TEST_CASE("what is nested deeper than anything stored is not shown") {
  const auto role = shades({"Patient.birthDate", "Patient.contact.name"});
  const std::string lists(1'000'000, '[');
  for (const char* head : {R"({"contained":)", R"({"contact":)"})
    CHECK_FALSE(policy::shaded(head + lists, "Patient", role));
}

TEST_CASE("what is of another type stays as it is, byte for byte") {
  const auto role = shades({"Patient.birthDate"});
  const std::string body =
      R"({"resourceType":"Observation","text":{"div":"x"},"valueString":"a\"b"})";
  CHECK(policy::shaded(body, "Observation", role) == body);
}

TEST_CASE("a body that is no JSON is not shown") {
  const auto role = shades({"Patient.birthDate"});
  for (const char* body :
       {"{", "{\"a\":", "{\"a\":1", "{\"a\":\"", "[]", "{\"a\":1}x", "{\"a\" 1}", "{\"a\":[}"})
    CHECK_MESSAGE(!policy::shaded(body, "Patient", role), std::string(body));
}

TEST_CASE("a parameter that reads what is not shown is barred, and no other") {
  const auto bars = [](const policy::Shades& role, std::string_view type, std::string_view code) {
    return role.bars(type, definitions().search_parameter(type, code));
  };
  const auto patient = shades({"Patient.telecom", "Patient.contact", "Patient.deceased"});
  for (const char* code :
       {"telecom", "phone", "email", "death-date", "deceased", "_text", "_content"})
    CHECK_MESSAGE(bars(patient, "Patient", code), std::string(code));
  for (const char* code :
       {"name", "birthdate", "identifier", "_id", "_lastUpdated", "organization", "_tag"})
    CHECK_MESSAGE(!bars(patient, "Patient", code), std::string(code));
  CHECK_FALSE(bars(patient, "Practitioner", "telecom"));
  CHECK(bars(patient, "Observation", "_content"));  // of a contained patient too
  CHECK_FALSE(bars(patient, "Observation", "_text"));
  const auto value = shades({"Observation.value"});
  for (const char* code : {"value-quantity", "value-string", "combo-value-quantity",
                           "code-value-quantity", "combo-code-value-quantity"})
    CHECK_MESSAGE(bars(value, "Observation", code), std::string(code));
  for (const char* code : {"code", "subject", "date", "component-code"})
    CHECK_MESSAGE(!bars(value, "Observation", code), std::string(code));
  const auto part = shades({"Patient.name.given"});
  for (const char* code : {"given", "name", "phonetic"})
    CHECK_MESSAGE(bars(part, "Patient", code), std::string(code));
  CHECK_FALSE(bars(part, "Patient", "family"));
  CHECK(shades({"Encounter.reasonReference"}).bars_references("Encounter"));
  CHECK_FALSE(shades({"Encounter.reasonCode"}).bars_references(""));
}

TEST_CASE("a parameter of the site is barred by whatever its expression looks at") {
  const auto bars = [](std::string_view type, const std::string& expression) {
    const std::string parameter =
        R"({"resourceType":"SearchParameter","url":"http://example.org/p","name":"P","status":"active",)"
        R"("description":"p","code":"p","type":"string","base":[")" +
        std::string(type) + R"("],"expression":")" + expression + R"("})";
    const std::vector<std::string> added = {parameter};
    auto with = definitions().with(added);
    REQUIRE_MESSAGE(with, expression);
    policy::Shades role;
    REQUIRE(role.add("Patient.telecom", Fate::hidden, **with));
    role.finish(**with);
    const fhir::SearchParameter* found = (*with)->search_parameter(type, "p");
    REQUIRE(found != nullptr);
    return role.bars(type, found);
  };
  for (const char* expression : {"Patient.telecom.value",
                                 "telecom.value",
                                 "(Patient.name.text | Patient.telecom.value)",
                                 "Patient.name.select(%resource.telecom.value)",
                                 "Patient.name.text.union(telecom.value)",
                                 "Patient.name.text.combine(Patient.telecom.value)",
                                 "Patient.name.where(%context.telecom)",
                                 "iif(Patient.telecom.exists(), 'a', 'b')",
                                 "Patient.where(telecom.exists()).name.text",
                                 "Patient.children().value",
                                 "Patient.descendants().ofType(string)",
                                 "Patient.repeat($this.telecom).value",
                                 "Patient.select(telecom).value",
                                 "Patient.name.first().text & Patient.telecom.first().value",
                                 "DomainResource.telecom",
                                 "Patient.all(telecom.empty()).toString()",
                                 "Patient.name.trace('a', %resource.telecom).text",
                                 "Patient.defineVariable('t', telecom).select(%t.value)",
                                 "Patient.contained.name.text",
                                 "Patient.name[Patient.telecom.count()].text",
                                 "Patient.name.text.not a function("})
    CHECK_MESSAGE(bars("Patient", expression), std::string(expression));
  for (const char* expression :
       {"Patient.name.text", "name.text", "Patient.extension('http://x').value.ofType(string)",
        "Patient.name.where(use = 'official').first().text.lower()",
        "Patient.contact.telecom.value", "Patient.link.other.where(resolve() is Patient).display",
        "Patient.name.select(family & given.first())", "Practitioner.telecom.value",
        "iif(Patient.active, Patient.name.text, 'none')"})
    CHECK_MESSAGE(!bars("Patient", expression), std::string(expression));
  // Resources within others are of any type.
  for (const char* expression :
       {"Observation.contained.telecom.value", "Observation.subject.resolve().telecom.value",
        "Observation.subject.resolve().ofType(Patient).name.text", "%rootResource.note.text",
        "Observation.descendants().ofType(string)", "Observation.where(contained.exists()).id",
        "DomainResource.contained.id", "Observation.note.text | Observation"})
    CHECK_MESSAGE(bars("Observation", expression), std::string(expression));
  for (const char* expression :
       {"Observation.code.text", "Observation.subject.where(resolve() is Patient).display",
        "Observation.note.text", "Observation.subject.where(resolve().is(Patient)).display"})
    CHECK_MESSAGE(!bars("Observation", expression), std::string(expression));
  CHECK(bars("Bundle", "Bundle.entry.resource.ofType(Patient).telecom.value"));
  CHECK(bars("Bundle", "Bundle.entry.response.outcome.id"));
  CHECK_FALSE(bars("Bundle", "Bundle.entry.fullUrl"));
  CHECK_FALSE(bars("Bundle", "Bundle.entry[0].resource"));
}

TEST_CASE("references do not display what is not shown of their targets") {
  const auto role = shades({"Patient.name.given"}, {"Condition.code"});
  const std::string mask = "\"_display\":" + k_mask;
  const auto of = [&](const std::string& reference) {
    const std::string body = R"({"resourceType":"Observation","subject":{)" + reference + "}}";
    auto out = policy::shaded(body, "Observation", role);
    REQUIRE(out);
    CHECK(fhir::json::Document::read(*out));
    const std::size_t begin = out->find("\"subject\":{") + 11;
    return out->substr(begin, out->size() - begin - 2);
  };
  for (const char* reference :
       {R"("reference":"Patient/a")", R"("reference":"http://x/fhir/Condition/a/_history/2")",
        R"("reference":"#a")", R"("reference":"urn:uuid:a")", R"("type":"Patient")",
        R"("identifier":{"value":"a"})",
        R"("id":"x","reference":"Patient/a","type":"Practitioner")"})
    CHECK(of(std::string(reference) + R"(,"display":"Kim")") ==
          std::string(reference) + "," + mask);
  for (const char* shown :
       {R"("reference":"Practitioner/a","display":"Kim")", R"("type":"Device","display":"Kim")",
        R"("reference":"Patient/a")", R"("code":"a","display":"Kim")",
        R"("type":"documentation","label":"l","display":"Kim")", R"("text":"display")"})
    CHECK(of(shown) == shown);
  CHECK(of(R"("display":"Kim \"}{\"")") == mask);
  CHECK(of(R"("display":"Kim","_display":{"extension":[{"valueReference":{"display":"Kim"}}]})") ==
        mask);
  CHECK(of(R"("_display":{"id":"Kim"},"display":"Kim","reference":"Patient/a")") ==
        mask + R"(,"reference":"Patient/a")");
  CHECK(of(R"("_display":{"id":"Kim"})") == mask);
  // Wherever references stand.
  const std::string inner =
      R"("contained":[{"resourceType":"Patient","id":"p","link":[{"other":{"reference":"Patient/b","display":"Kim"}}]}])";
  CHECK(shown(role, "Observation", inner).find("Kim") == std::string::npos);
  CHECK(shown(role, "Patient", R"("link":[{"other":{"display":"Kim","reference":"Patient/b"}}])")
            .find("Kim") == std::string::npos);
  CHECK(role.undisplayed() == std::set<std::string, std::less<>>{"Condition", "Patient"});
  CHECK(shades({"Patient.telecom", "Encounter.type"}).undisplayed().empty());
  // Who sees names sees them here.
  const std::string body =
      R"({"resourceType":"Observation","subject":{"reference":"Patient/a","display":"Kim"}})";
  CHECK(policy::shaded(body, "Observation", shades({"Patient.telecom"})) == body);
}
