#include "fhir/patch/json_patch.h"

#include "tests/unit/patch/support.h"

namespace {

using patch_test::parsed;
using patch_test::refusal;

std::string applied(const std::string& target, const std::string& patch) {
  const auto document = parsed(target);
  const auto operations = parsed(patch);
  const auto result = fhir::patch::apply_json_patch(document.root(), operations.root());
  return result ? fhir::json::to_string(result->root()) : refusal(result.error());
}

std::string patched(const std::string& resource, const std::string& patch) {
  const auto document = parsed(resource);
  const auto operations = parsed(patch);
  const auto result = fhir::patch::patch_resource(document.root(), operations.root());
  return result ? fhir::json::to_string(result->root()) : refusal(result.error());
}

bool is_refused(const std::string& answer, const std::string& how) {
  return answer.starts_with("error " + how);
}

}  // namespace

TEST_CASE("the target location MUST exist for the operation to be successful (RFC 6902 4.2, 4.3)") {
  CHECK(is_refused(applied(R"({"a":1})", R"([{"op":"remove","path":"/b"}])"), "422"));
  CHECK(is_refused(applied(R"({"a":1})", R"([{"op":"replace","path":"/b","value":2}])"), "422"));
  CHECK(is_refused(applied("[1]", R"([{"op":"remove","path":"/1"}])"), "422"));
}

TEST_CASE("the specified index MUST NOT be greater than the number of elements (RFC 6902 4.1)") {
  CHECK(applied("[1]", R"([{"op":"add","path":"/1","value":2}])") == "[1,2]");
  CHECK(is_refused(applied("[1]", R"([{"op":"add","path":"/2","value":2}])"), "422"));
  CHECK(applied("[1]", R"([{"op":"add","path":"/-","value":2}])") == "[1,2]");
  CHECK(is_refused(applied("[1]", R"([{"op":"replace","path":"/-","value":2}])"), "422"));
  CHECK(is_refused(applied("[1,2]", R"([{"op":"remove","path":"/01"}])"), "422"));
}

TEST_CASE("an addition to an object that has the member replaces its value (RFC 6902 4.1)") {
  CHECK(applied(R"({"a":1,"b":2})", R"([{"op":"add","path":"/a","value":null}])") ==
        R"({"a":null,"b":2})");
  CHECK(applied(R"({"a":1})", R"([{"op":"add","path":"","value":[]}])") == "[]");
}

TEST_CASE("the from location MUST NOT be a proper prefix of the path location (RFC 6902 4.4)") {
  CHECK(is_refused(applied(R"({"a":{"b":1}})", R"([{"op":"move","from":"/a","path":"/a/b"}])"),
                   "422"));
  CHECK(applied(R"({"a":{"b":1}})", R"([{"op":"move","from":"/a","path":"/a"}])") ==
        R"({"a":{"b":1}})");
  CHECK(applied(R"({"a":{"b":1}})", R"([{"op":"copy","from":"/a","path":"/a/c"}])") ==
        R"({"a":{"b":1,"c":{"b":1}}})");
}

TEST_CASE("numbers are equal if their values are numerically equal (RFC 6902 4.6)") {
  CHECK(applied(R"({"a":1.0})", R"([{"op":"test","path":"/a","value":1e0}])") == R"({"a":1.0})");
  CHECK(is_refused(applied(R"({"a":1.0})", R"([{"op":"test","path":"/a","value":"1.0"}])"), "422"));
  CHECK(applied(R"({"a":{"x":1,"y":2}})", R"([{"op":"test","path":"/a","value":{"y":2,"x":1}}])") ==
        R"({"a":{"x":1,"y":2}})");
}

TEST_CASE("what is no JSON Patch is malformed") {
  CHECK(is_refused(applied("{}", "{}"), "400"));
  CHECK(is_refused(applied("{}", "[1]"), "400"));
  CHECK(is_refused(applied("{}", R"([{"path":"/a","value":1}])"), "400"));
  CHECK(is_refused(applied("{}", R"([{"op":"add","value":1}])"), "400"));
  CHECK(is_refused(applied("{}", R"([{"op":"add","path":"/a"}])"), "400"));
  CHECK(is_refused(applied("{}", R"([{"op":"add","path":"a","value":1}])"), "400"));
  CHECK(is_refused(applied("{}", R"([{"op":"add","path":"/~2","value":1}])"), "400"));
  CHECK(is_refused(applied("{}", R"([{"op":"spread","path":"/a","value":1}])"), "400"));
}

TEST_CASE("a patch cannot change the type of a resource") {
  const std::string patient = R"({"resourceType":"Patient","active":true})";
  CHECK(is_refused(patched(patient, R"([{"op":"remove","path":"/resourceType"}])"), "422"));
  CHECK(is_refused(patched(patient, R"([{"op":"replace","path":"/resourceType","value":"Group"}])"),
                   "422"));
  CHECK(is_refused(patched(patient, R"([{"op":"replace","path":"","value":[]}])"), "422"));
}

TEST_CASE("what removals leave empty goes, as FHIR has no empty arrays and objects") {
  CHECK(patched(R"({"resourceType":"Patient","name":[{"family":"A"}],"active":true})",
                R"([{"op":"remove","path":"/name/0/family"}])") ==
        R"({"resourceType":"Patient","active":true})");
  CHECK(
      patched(
          R"({"resourceType":"Patient","name":[{"given":[null,"B"],"_given":[{"id":"a"},null]}]})",
          R"([{"op":"add","path":"/active","value":true}])") ==
      R"({"resourceType":"Patient","name":[{"given":[null,"B"],"_given":[{"id":"a"},null]}],"active":true})");
}

TEST_CASE("a value copied into itself does not grow without bounds") {
  std::string patch = "[";
  for (int i = 0; i < 100; ++i)
    patch += R"({"op":"copy","from":"","path":"/x)" + std::to_string(i) + R"("},)";
  patch.back() = ']';
  CHECK(is_refused(applied(R"({"a":[1,2,3]})", patch), "too-"));
  std::string deep = "[";
  for (int i = 0; i < 300; ++i) deep += R"({"op":"copy","from":"/a","path":"/a/a"},)";
  deep.back() = ']';
  CHECK(is_refused(applied(R"({"a":{"b":1}})", deep), "too-"));
}
