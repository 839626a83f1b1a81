// https://hl7.org/fhir/R4/fhirpatch.html
#include "fhir/patch/fhirpath_patch.h"

#include "tests/unit/patch/support.h"

namespace {

using patch_test::core;
using patch_test::parsed;
using patch_test::refusal;

/// One operation: its parts as JSON, without the brackets.
std::string patched(const std::string& resource, const std::string& parts) {
  const auto document = parsed(resource);
  const auto patch = parsed(
      R"({"resourceType":"Parameters","parameter":[{"name":"operation","part":[)" + parts + "]}]}");
  const auto result = fhir::patch::apply_fhirpath_patch(document.root(), patch.root(), core());
  return result ? fhir::json::to_string(result->root()) : refusal(result.error());
}

std::string part(const std::string& name, const std::string& member, const std::string& value) {
  return R"({"name":")" + name + R"(",")" + member + R"(":)" + value + "}";
}

std::string head(const std::string& type, const std::string& path) {
  return part("type", "valueCode", "\"" + type + "\"") + "," +
         part("path", "valueString", "\"" + path + "\"");
}

std::string add(const std::string& path, const std::string& name, const std::string& member,
                const std::string& value) {
  return head("add", path) + "," + part("name", "valueString", "\"" + name + "\"") + "," +
         part("value", member, value);
}

bool is_refused(const std::string& answer, const std::string& how) {
  return answer.starts_with("error " + how);
}

/// The patch between two resources, and whether it leads from one to the other.
void check_round_trip(const std::string& from, const std::string& to) {
  const auto a = parsed(from);
  const auto b = parsed(to);
  const auto diff = fhir::patch::fhirpath_patch_between(a.root(), b.root(), core());
  REQUIRE(diff);
  CAPTURE(*diff);
  const auto patch = parsed(*diff);
  const auto result = fhir::patch::apply_fhirpath_patch(a.root(), patch.root(), core());
  REQUIRE_MESSAGE(result.has_value(), result.error().diagnostics);
  const auto back = fhir::patch::fhirpath_patch_between(result->root(), b.root(), core());
  REQUIRE(back);
  CHECK(*back == R"({"resourceType":"Parameters"})");
}

}  // namespace

TEST_CASE("add can be used for non-repeating elements as long as they do not already exist") {
  const std::string patient = R"({"resourceType":"Patient","birthDate":"1990"})";
  CHECK(is_refused(patched(patient, add("Patient", "birthDate", "valueDate", "\"1991\"")), "422"));
  CHECK(patched(R"({"resourceType":"Patient"})",
                add("Patient", "birthDate", "valueDate", "\"1991\"")) ==
        R"({"resourceType":"Patient","birthDate":"1991"})");
}

TEST_CASE("a choice takes the type of its value, and only one that it has") {
  const std::string patient = R"({"resourceType":"Patient","deceasedBoolean":true})";
  CHECK(patched(R"({"resourceType":"Patient"})",
                add("Patient", "deceased", "valueBoolean", "true")) == patient);
  CHECK(
      is_refused(patched(patient, add("Patient", "deceased", "valueDateTime", "\"2020\"")), "422"));
  CHECK(is_refused(
      patched(R"({"resourceType":"Patient"})", add("Patient", "deceased", "valueQuantity", "{}")),
      "422"));
  CHECK(patched(patient, head("replace", "Patient.deceased") + "," +
                             part("value", "valueDateTime", "\"2020\"")) ==
        R"({"resourceType":"Patient","deceasedDateTime":"2020"})");
}

TEST_CASE("a primitive's extensions are elements of it") {
  const std::string extended =
      R"({"resourceType":"Patient","birthDate":"1990","_birthDate":{"extension":[{"url":"http://example.org/a","valueString":"b"}]}})";
  CHECK(
      patched(
          R"({"resourceType":"Patient","birthDate":"1990"})",
          head("add", "Patient.birthDate") + "," + part("name", "valueString", "\"extension\"") +
              R"(,{"name":"value","part":[{"name":"url","valueUri":"http://example.org/a"},{"name":"value","valueString":"b"}]})") ==
      extended);
  CHECK(patched(extended, head("delete", "Patient.birthDate.extension[0]")) ==
        R"({"resourceType":"Patient","birthDate":"1990"})");
  CHECK(patched(extended, head("delete", "Patient.birthDate")) == R"({"resourceType":"Patient"})");
}

TEST_CASE("lists of primitives keep their siblings beside them") {
  const std::string patient =
      R"({"resourceType":"Patient","name":[{"given":["A","B"],"_given":[null,{"id":"b"}]}]})";
  CHECK(patched(patient, head("delete", "Patient.name[0].given[0]")) ==
        R"({"resourceType":"Patient","name":[{"given":["B"],"_given":[{"id":"b"}]}]})");
  CHECK(
      patched(patient, head("insert", "Patient.name[0].given") + "," +
                           part("index", "valueInteger", "1") + "," +
                           part("value", "valueString", "\"C\"")) ==
      R"({"resourceType":"Patient","name":[{"given":["A","C","B"],"_given":[null,null,{"id":"b"}]}]})");
  CHECK(patched(patient, head("move", "Patient.name[0].given") + "," +
                             part("source", "valueInteger", "0") + "," +
                             part("destination", "valueInteger", "1")) ==
        R"({"resourceType":"Patient","name":[{"given":["B","A"],"_given":[{"id":"b"},null]}]})");
}

TEST_CASE("an insertion into a list that is not there begins it") {
  CHECK(patched(R"({"resourceType":"Patient"})",
                head("insert", "Patient.name") + "," + part("index", "valueInteger", "0") + "," +
                    part("value", "valueHumanName", R"({"text":"A"})")) ==
        R"({"resourceType":"Patient","name":[{"text":"A"}]})");
  CHECK(
      is_refused(patched(R"({"resourceType":"Patient"})",
                         head("insert", "Patient.name") + "," + part("index", "valueInteger", "1") +
                             "," + part("value", "valueHumanName", R"({"text":"A"})")),
                 "422"));
}

TEST_CASE("the FHIRPath statement must return a single element") {
  const std::string patient = R"({"resourceType":"Patient","name":[{"text":"A"},{"text":"B"}]})";
  CHECK(is_refused(patched(patient, head("delete", "Patient.name")), "422"));
  CHECK(is_refused(patched(patient, add("Patient.name", "family", "valueString", "\"A\"")), "422"));
  CHECK(is_refused(patched(patient, add("Patient.contact", "gender", "valueCode", "\"male\"")),
                   "422"));
  CHECK(is_refused(patched(patient, head("replace", "Patient.name.count()") + "," +
                                        part("value", "valueInteger", "1")),
                   "422"));
  CHECK(patched(patient, head("delete", "Patient.name.where(text = 'A')")) ==
        R"({"resourceType":"Patient","name":[{"text":"B"}]})");
  CHECK(patched(patient, head("delete", "Patient.contact")) == patient);
}

TEST_CASE("an index names a place of the whole list") {
  const std::string patient = R"({"resourceType":"Patient","name":[{"text":"A"},{"text":"B"}]})";
  const std::string move =
      part("source", "valueInteger", "0") + "," + part("destination", "valueInteger", "2");
  CHECK(is_refused(patched(patient, head("move", "Patient.name") + "," + move), "422"));
  CHECK(is_refused(patched(patient, head("insert", "Patient.name.where(text='A')") + "," +
                                        part("index", "valueInteger", "0") + "," +
                                        part("value", "valueHumanName", R"({"text":"C"})")),
                   "422"));
}

TEST_CASE("what is no FHIRPath Patch is malformed") {
  const std::string patient = R"({"resourceType":"Patient"})";
  CHECK(is_refused(patched(patient, head("delete", "Patient.(")), "400"));
  CHECK(is_refused(patched(patient, head("spread", "Patient")), "400"));
  CHECK(is_refused(patched(patient, part("type", "valueCode", "\"delete\"")), "400"));
  CHECK(is_refused(patched(patient, head("add", "Patient")), "400"));
  CHECK(is_refused(patched(patient, head("insert", "Patient.name") + "," +
                                        part("value", "valueHumanName", "{}")),
                   "400"));
  CHECK(is_refused(patched(patient, add("Patient", "nickname", "valueString", "\"A\"")), "422"));
  CHECK(is_refused(patched(patient, head("delete", "Patient")), "422"));
}

TEST_CASE("the patch between two resources leads from one to the other") {
  check_round_trip(R"({"resourceType":"Patient","contact":[{"name":{"text":"A"}}]})",
                   R"({"resourceType":"Patient","contact":[{"gender":"male"}]})");
  check_round_trip(
      R"({"resourceType":"Patient","name":[{"given":["A","B","C"],"_given":[null,{"id":"x"},null]}]})",
      R"({"resourceType":"Patient","name":[{"given":["C","A",null],"_given":[null,null,{"id":"x"}]},{"text":"D"}]})");
  check_round_trip(
      R"({"resourceType":"Patient","deceasedBoolean":true,"contained":[{"resourceType":"Group","id":"a"}]})",
      R"({"resourceType":"Patient","deceasedDateTime":"2020","contained":[{"resourceType":"List","id":"a"}]})");
  check_round_trip(
      R"({"resourceType":"Observation","valueQuantity":{"value":1.0}})",
      R"({"resourceType":"Observation","valueQuantity":{"value":1.00,"unit":"g"},"component":[{"code":{"text":"c"},"valueInteger":1}]})");
  check_round_trip(
      R"({"resourceType":"Patient","name":[{"id":"a","text":"A"}]})",
      R"({"resourceType":"Patient","name":[{"id":"b","text":"B"},{"id":"a","text":"A"}]})");
}
