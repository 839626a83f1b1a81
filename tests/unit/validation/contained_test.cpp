// https://hl7.org/fhir/R4/references.html#contained https://hl7.org/fhir/R4/bundle.html
#include "support.h"

using fhir::IssueType;
using fhir::Severity;
using test::validate;

namespace {

std::string with_contained(const std::string& contained, const std::string& reference = "#a") {
  return R"({"resourceType":"Patient","contained":[)" + contained +
         R"(],"managingOrganization":{"reference":")" + reference + "\"}}";
}

std::string bundle(const std::string& type, const std::string& entries) {
  return R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[)" + entries + "]}";
}

}  // namespace

TEST_CASE("a contained resource has an id and is referred to") {
  CHECK(
      validate(with_contained(R"({"resourceType":"Organization","id":"a","name":"x"})")).errors() ==
      0);
  CHECK(validate(with_contained(R"({"resourceType":"Organization","name":"x"})"))
            .has_error("Patient.contained[0]"));
  CHECK(
      validate(
          with_contained(
              R"({"resourceType":"Organization","id":"a","name":"x"},{"resourceType":"Organization","id":"b","name":"x"})"))
          .has_error("Patient.contained[1]", "dom-3"));
}

TEST_CASE("a contained resource contains none, and has no version") {
  CHECK(
      validate(
          with_contained(
              R"({"resourceType":"Organization","id":"a","name":"x","contained":[{"resourceType":"Endpoint","id":"b"}]})"))
          .has_error("Patient", "dom-2"));
  CHECK(validate(
            with_contained(
                R"({"resourceType":"Organization","id":"a","name":"x","meta":{"versionId":"1"}})"))
            .has_error("Patient", "dom-4"));
}

TEST_CASE("contained resources have different ids") {
  CHECK(
      validate(
          with_contained(
              R"({"resourceType":"Organization","id":"a","name":"x"},{"resourceType":"Organization","id":"a","name":"y"})"))
          .has_error("Patient.contained[1]"));
}

TEST_CASE("a contained resource is validated like any other, and named in the expression") {
  const auto issue =
      validate(with_contained(R"({"resourceType":"Organization","id":"a","name":7})")).error();
  CHECK(issue.expression == "Patient.contained[0]/*Organization/a*/.name");
}

TEST_CASE("a reference with # names a contained resource that is there") {
  const auto issue =
      validate(with_contained(R"({"resourceType":"Organization","id":"a","name":"x"})", "#b"));
  CHECK(issue.has_error("Patient.managingOrganization", "ref-1"));
}

TEST_CASE("a contained resource is of a type that the reference allows") {
  CHECK(validate(with_contained(R"({"resourceType":"Patient","id":"a","active":true})"))
            .has_error("Patient.managingOrganization"));
}

TEST_CASE("resources in entries of a bundle are validated, each as its own") {
  const auto found = validate(bundle(
      "collection",
      R"({"fullUrl":"http://a/Patient/1","resource":{"resourceType":"Patient","id":"1","gender":5}},
    {"fullUrl":"http://a/Patient/2","resource":{"resourceType":"Patient","id":"2","active":true}})"));
  CHECK(found.error().expression == "Bundle.entry[0].resource/*Patient/1*/.gender");
  CHECK(
      validate(
          bundle(
              "collection",
              R"({"fullUrl":"http://a/Patient/1","resource":{"resourceType":"Nothing","id":"1"}})"))
          .has_error("Bundle.entry[0].resource"));
  CHECK(validate(bundle("collection", R"({"fullUrl":"http://a/Patient/1","resource":"x"})"))
            .error()
            .expression == "Bundle.entry[0].resource");
}

TEST_CASE("resources in parameters are validated") {
  CHECK(
      validate(
          R"({"resourceType":"Parameters","parameter":[{"name":"a","resource":{"resourceType":"Patient","gender":5}}]})")
          .error()
          .expression == "Parameters.parameter[0].resource/*Patient/null*/.gender");
}

TEST_CASE("a fullUrl is an absolute URI, a UUID in lower case") {
  const auto with = [](const std::string& url) {
    return validate(bundle(
        "collection", R"({"fullUrl":")" + url +
                          R"(","resource":{"resourceType":"Patient","id":"1","active":true}})"));
  };
  CHECK(with("http://a/Patient/1").errors() == 0);
  CHECK(with("urn:uuid:c757873d-ec9a-4326-a141-556f43239520").errors() == 0);
  CHECK(with("Patient/1").error().expression == "Bundle.entry[0]");
  CHECK(with("urn:uuid:C757873D-EC9A-4326-A141-556F43239520").error().expression ==
        "Bundle.entry[0]");
}

TEST_CASE("a fullUrl agrees with the id of its resource") {
  CHECK(
      validate(
          bundle(
              "collection",
              R"({"fullUrl":"http://a/Patient/2","resource":{"resourceType":"Patient","id":"1","active":true}})"))
          .has(Severity::warning, "Bundle.entry[0]"));
  CHECK(
      validate(
          bundle(
              "collection",
              R"({"fullUrl":"http://a/Patient/2","resource":{"resourceType":"Patient","active":true}})"))
          .error()
          .expression == "Bundle.entry[0]");
}

TEST_CASE("an entry of a document, message or collection has a fullUrl") {
  CHECK(validate(bundle("collection", R"({"resource":{"resourceType":"Patient","active":true}})"))
            .error()
            .type == IssueType::required);
  CHECK(
      validate(
          bundle(
              "transaction",
              R"({"resource":{"resourceType":"Patient","active":true},"request":{"method":"POST","url":"Patient"}})"))
          .errors() == 0);
}

TEST_CASE("a fullUrl names no version, and comes once") {
  const std::string patient = R"("resource":{"resourceType":"Patient","id":"1","active":true}})";
  CHECK(validate(bundle("collection", R"({"fullUrl":"http://a/Patient/1/_history/1",)" + patient))
            .has_error("Bundle.entry[0]", "bdl-8"));
  CHECK(validate(bundle("collection", R"({"fullUrl":"http://a/Patient/1",)" + patient +
                                          R"(,{"fullUrl":"http://a/Patient/1",)" + patient))
            .has_error("Bundle", "bdl-7"));
}

TEST_CASE("a URN is looked for among the entries, and its type is checked") {
  const auto with = [](const std::string& target, const std::string& reference) {
    return validate(bundle(
        "collection",
        R"({"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","resource":)" + target +
            R"(},{"fullUrl":"http://a/Patient/1","resource":{"resourceType":"Patient","id":"1","managingOrganization":{"reference":")" +
            reference + "\"}}}"));
  };
  const std::string urn = "urn:uuid:c757873d-ec9a-4326-a141-556f43239520";
  CHECK_FALSE(
      with(R"({"resourceType":"Organization","name":"x"})", urn)
          .has(Severity::warning, "Bundle.entry[1].resource/*Patient/1*/.managingOrganization"));
  CHECK(with(R"({"resourceType":"Patient","active":true})", urn)
            .has_error("Bundle.entry[1].resource/*Patient/1*/.managingOrganization"));
  CHECK(with(R"({"resourceType":"Organization","name":"x"})",
             "urn:uuid:00000000-0000-0000-0000-000000000000")
            .has(Severity::warning, "Bundle.entry[1].resource/*Patient/1*/.managingOrganization"));
}

TEST_CASE("a relative reference names the type of the entry that has its UUID") {
  const auto with = [](const std::string& reference) {
    return validate(
        bundle("collection",
               R"({"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","resource":{
            "resourceType":"Organization","name":"x"}},
          {"fullUrl":"http://a/Patient/1","resource":{"resourceType":"Patient","id":"1",
            "generalPractitioner":[{"reference":")" +
                   reference + "\"}]}}"));
  };
  CHECK(with("Organization/c757873d-ec9a-4326-a141-556f43239520").errors() == 0);
  CHECK(with("Practitioner/c757873d-ec9a-4326-a141-556f43239520").error().expression ==
        "Bundle.entry[1].resource/*Patient/1*/.generalPractitioner[0]");
  CHECK(with("Practitioner/00000000-0000-0000-0000-000000000000").errors() == 0);
}
