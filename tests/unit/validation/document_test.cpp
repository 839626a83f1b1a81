// https://hl7.org/fhir/R4/documents.html
#include "support.h"

using fhir::IssueType;
using test::validate;

namespace {

std::string composition(const std::string& more) {
  return R"({"fullUrl":"http://a/Composition/c","resource":{"resourceType":"Composition","id":"c",
    "status":"final","type":{"text":"x"},"date":"2020-01-01","title":"x",
    "author":[{"reference":"Practitioner/d"}])" +
         more + "}}";
}

std::string entry(const std::string& type, const std::string& id, const std::string& more) {
  return R"({"fullUrl":"http://a/)" + type + "/" + id + R"(","resource":{"resourceType":")" + type +
         R"(","id":")" + id + "\"" + more + "}}";
}

test::Findings document(const std::string& entries) {
  return validate(R"({"resourceType":"Bundle","type":"document","timestamp":"2020-01-01T00:00:00Z",
    "identifier":{"system":"urn:ietf:rfc:3986","value":"urn:oid:1.2.3"},"entry":[)" +
                  entries + "," + entry("Practitioner", "d", R"(,"active":true)") + "]}");
}

}  // namespace

TEST_CASE("a document has every resource that its Composition refers to") {
  const std::string section =
      R"(,"section":[{"title":"a","section":[{"title":"b","entry":[{"reference":"Patient/p"}]}]}])";
  CHECK(
      document(composition(section) + "," + entry("Patient", "p", R"(,"active":true)")).errors() ==
      0);
  CHECK(document(composition(section)).error().expression ==
        "Bundle.entry[0].resource/*Composition/c*/.section[0].section[0].entry[0]");
  CHECK(document(composition(R"(,"subject":{"reference":"http://b/Patient/p"})") + "," +
                 entry("Practitioner", "e", R"(,"active":true)"))
            .has_error("Bundle.entry[0].resource/*Composition/c*/.subject"));
  // In words alone, or contained: nothing else is needed.
  CHECK(document(composition(R"(,"subject":{"display":"x"})")).errors() == 0);
}

TEST_CASE("a reference to one of several versions names the version") {
  const std::string versions =
      "," + entry("Patient", "p", R"(,"active":true,"meta":{"versionId":"1"})") + "," +
      entry("Patient", "p", R"(,"active":true,"meta":{"versionId":"2"})");
  const auto with = [&](const std::string& reference) {
    return document(
        composition(R"(,"section":[{"title":"a","entry":[{"reference":")" + reference + "\"}]}]") +
        versions);
  };
  const std::string place = "Bundle.entry[0].resource/*Composition/c*/.section[0].entry[0]";
  CHECK_FALSE(with("Patient/p/_history/2").has_error(place));
  CHECK(with("Patient/p/_history/3").has_error(place));
  CHECK(with("Patient/p").has_error(place));
}

TEST_CASE("every entry of a document is linked to its Composition, in whichever direction") {
  const std::string forward = entry("Practitioner", "d2", R"(,"active":true)");
  const std::string backward = entry("Provenance", "v", R"(,"recorded":"2020-01-01T00:00:00Z",
    "target":[{"reference":"Composition/c"}],"agent":[{"who":{"reference":"Practitioner/d2"}}])");
  CHECK(document(composition("") + "," + backward + "," + forward).errors() == 0);
  CHECK(document(composition("") + "," + forward).error().expression == "Bundle.entry[1]");
  CHECK(document(composition("") + "," +
                 entry("Binary", "b", R"(,"contentType":"text/css","data":"AAAA")"))
            .errors() == 0);
}

TEST_CASE("a reference within an entry does not link it to one that has no fullUrl") {
  const std::string nameless = R"({"resource":{"resourceType":"Patient","id":"q","active":true}})";
  const std::string inner = entry("Patient", "p", R"(,"contained":[{"resourceType":"Organization",
    "id":"o","name":"x"}],"managingOrganization":{"reference":"#o"})");
  const std::string section = R"(,"section":[{"title":"a","entry":[{"reference":"Patient/p"}]}])";
  CHECK(document(composition(section) + "," + inner + "," + nameless).has_error("Bundle.entry[2]"));
}

TEST_CASE("a document of many entries with one fullUrl is judged in little time") {
  std::string entries = composition("");
  const std::string one =
      entry("Basic", "o", R"(,"code":{"text":"x"},"subject":{"reference":"Basic/o"})");
  for (int i = 0; i < 20'000; ++i) entries.append(",").append(one);
  CHECK(document(entries).has_error("Bundle.entry[1]"));
}
