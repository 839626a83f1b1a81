// References in the text of a resource.
#include <doctest/doctest.h>

#include <string>

#include "src/rest/bulk/references.h"

namespace {

std::string found(std::string_view json) {
  std::string out;
  server::rest::for_each_reference(
      json, "http://here.example/fhir",
      [&](std::string_view type, std::string_view id, bool is_local) {
        out.append(is_local ? "" : "!").append(type).append("/").append(id).append(" ");
      });
  return out;
}

}  // namespace

TEST_CASE("references are found with any space between") {
  CHECK(found(R"({"a":{"reference":"Patient/1"},"b":[{ "reference" : "Group/x-2.Y" }]})") ==
        "Patient/1 Group/x-2.Y ");
}

TEST_CASE("an absolute reference is local below the base alone") {
  CHECK(found(R"({"reference":"http://here.example/fhir/Patient/1"})") == "Patient/1 ");
  CHECK(found(R"({"reference":"https://else.example/fhir/Patient/1"})") == "!Patient/1 ");
  CHECK(found(R"({"reference":"Patient/1/_history/3"})") == "Patient/1 ");
}

TEST_CASE("what only looks like a reference is none") {
  CHECK(found(R"({"note":"\"reference\":\"Patient/1\""})").empty());
  CHECK(found(R"({"code":"reference","x":"Patient/1"})").empty());
  CHECK(found(R"({"reference":{"reference":"Patient/1"}})") == "Patient/1 ");
  CHECK(found(R"({"reference":"#contained"})").empty());
  CHECK(found(R"({"reference":"urn:uuid:1-2"})").empty());
  CHECK(found(R"({"reference":"Patient?identifier=1"})").empty());
  CHECK(found(R"({"reference":"Patient/)").empty());
  CHECK(found(R"("reference")").empty());
}
