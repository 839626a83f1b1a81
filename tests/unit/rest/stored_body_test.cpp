// https://hl7.org/fhir/R4/http.html#create: id and meta are the server's, all else the client's.
#include "src/rest/stored_body.h"

#include <doctest/doctest.h>

#include <set>

#include "fhir/formats/json_document.h"
#include "src/rest/path.h"

namespace {

std::string stored(std::string text, std::string_view id) {
  auto document = fhir::json::Document::read(std::move(text));
  REQUIRE(document.has_value());
  const auto body = server::rest::pending_body(document->root(), id);
  return body.head + "3" + body.middle + "T" + body.tail;
}

}  // namespace

TEST_CASE("id and meta follow resourceType when the client sent none") {
  CHECK(
      stored(R"({"resourceType":"Patient","active":true})", "x") ==
      R"({"resourceType":"Patient","id":"x","meta":{"versionId":"3","lastUpdated":"T"},"active":true})");
}

TEST_CASE("an id that the client sent keeps its place, and its text is the server's") {
  CHECK(stored(R"({"id":"old","resourceType":"Patient"})", "new") ==
        R"({"id":"new","meta":{"versionId":"3","lastUpdated":"T"},"resourceType":"Patient"})");
}

TEST_CASE("meta keeps its place and its other members") {
  CHECK(
      stored(
          R"({"resourceType":"Patient","active":true,"meta":{"versionId":"9","tag":[{"code":"t"}],"lastUpdated":"L"},"gender":"male"})",
          "x") ==
      R"({"resourceType":"Patient","id":"x","active":true,"meta":{"versionId":"3","lastUpdated":"T","tag":[{"code":"t"}]},"gender":"male"})");
}

TEST_CASE("numbers and order are as they came") {
  CHECK(
      stored(R"({"resourceType":"Observation","id":"x","z":1.50,"a":[1e3]})", "x") ==
      R"({"resourceType":"Observation","id":"x","meta":{"versionId":"3","lastUpdated":"T"},"z":1.50,"a":[1e3]})");
}

TEST_CASE("new ids are ids, all different") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = server::rest::new_id();
    CHECK(server::rest::is_id(id));
    CHECK(seen.insert(id).second);
  }
}

TEST_CASE("an id has 1 to 64 characters of its alphabet") {
  CHECK(server::rest::is_id("A-z.0"));
  CHECK(server::rest::is_id(std::string(64, 'a')));
  for (const std::string& text : {std::string(), std::string(65, 'a'), std::string("a_b"),
                                  std::string("a/b"), std::string("\xc3\xa9")})
    CHECK_FALSE(server::rest::is_id(text));
}
