// https://hl7.org/fhir/R4/http.html#mime-type and #parameters
#include "src/rest/negotiation.h"

#include <doctest/doctest.h>

using server::http::Headers;
using server::rest::body_format;
using server::rest::Format;
using server::rest::negotiate;
using server::rest::Parameters;
using server::rest::ReturnPreference;

namespace {

bool is_acceptable(std::string accept, Parameters parameters = {}) {
  Headers headers;
  if (!accept.empty()) headers.add("Accept", std::move(accept));
  auto result = negotiate(headers, parameters);
  if (!result) CHECK(result.error().situation == fhir::Situation::not_acceptable);
  return result.has_value();
}

bool is_readable(std::string content_type) {
  Headers headers;
  if (!content_type.empty()) headers.add("Content-Type", std::move(content_type));
  return body_format(headers).has_value();
}

}  // namespace

TEST_CASE("JSON is written for whoever takes it") {
  for (const char* accept :
       {"", "application/fhir+json", "application/json", "*/*", "application/*",
        "text/html, application/fhir+json;q=0.9", "application/xml, */*;q=0.1",
        "Application/FHIR+JSON; fhirVersion=4.0"})
    CHECK_MESSAGE(is_acceptable(accept), accept);
}

TEST_CASE("a client that takes only other formats is told so") {
  for (const char* accept : {"text/turtle", "image/png", "application/fhir+json;q=0",
                             "application/fhir+json; fhirVersion=3.0"})
    CHECK_MESSAGE(!is_acceptable(accept), accept);
}

TEST_CASE("_format overrides Accept") {
  CHECK(is_acceptable("application/fhir+xml", {{"_format", "json"}}));
  CHECK(is_acceptable("", {{"_format", "application/fhir json"}}));
  CHECK(is_acceptable("text/turtle", {{"_format", "xml"}}));
  CHECK_FALSE(is_acceptable("application/json", {{"_format", "ttl"}}));
}

TEST_CASE("_format and _pretty are no search parameters") {
  Headers headers;
  Parameters parameters = {{"_format", "json"}, {"name", "x"}, {"_pretty", "true"}};
  auto result = negotiate(headers, parameters);
  REQUIRE(result.has_value());
  CHECK(result->pretty);
  REQUIRE(parameters.size() == 1);
  CHECK(parameters[0].first == "name");
}

TEST_CASE("Prefer says what to return and how to take unknown parameters") {
  Headers headers;
  headers.add("Prefer", "return=minimal; handling=lenient");
  Parameters parameters;
  auto result = negotiate(headers, parameters);
  REQUIRE(result.has_value());
  CHECK(result->prefer_return == ReturnPreference::minimal);
  CHECK(result->lenient);
  headers.set("Prefer", "return=OperationOutcome, handling=strict");
  result = negotiate(headers, parameters);
  CHECK(result->prefer_return == ReturnPreference::operation_outcome);
  CHECK_FALSE(result->lenient);
}

TEST_CASE("a body is JSON or XML in UTF-8, or it is not read") {
  CHECK(is_readable("application/fhir+json"));
  CHECK(is_readable("application/json; charset=UTF-8"));
  CHECK_FALSE(is_readable(""));
  CHECK(is_readable("application/fhir+xml"));
  CHECK(is_readable("text/xml;charset=\"utf-8\""));
  CHECK_FALSE(is_readable("text/turtle"));
  CHECK_FALSE(is_readable("application/fhir+json; fhirVersion=5.0"));
  CHECK_FALSE(is_readable("application/json; charset=latin1"));
  CHECK_FALSE(is_readable("text/plain"));
}

TEST_CASE("the format is the one that the client wants most") {
  auto format = [](std::string accept, Parameters parameters = {}, std::string sent = "") {
    Headers headers;
    if (!accept.empty()) headers.add("Accept", std::move(accept));
    if (!sent.empty()) headers.add("Content-Type", std::move(sent));
    const auto result = negotiate(headers, parameters);
    REQUIRE(result.has_value());
    return result->format;
  };
  for (const char* xml :
       {"application/fhir+xml", "text/xml", "application/xml;q=0.9, application/json;q=0.8",
        "application/fhir+xml, application/fhir+json", "application/json;q=0.1, */*;q=0.5",
        "application/fhir+xml;fhirVersion=4.0, application/json;q=0.5",
        "*/*, application/json;q=0"})
    CHECK_MESSAGE(format(xml) == Format::xml, xml);
  for (const char* json :
       {"", "*/*", "application/json, application/xml", "application/xml;q=0.5, text/json;q=0.51",
        "application/fhir+xml;fhirVersion=3.0, application/json"})
    CHECK_MESSAGE(format(json) == Format::json, json);
  for (const char* name : {"xml", "text/xml", "application/xml", "application/fhir+xml",
                           "application/fhir xml", "application/fhir+xml; charset=utf-8"})
    CHECK_MESSAGE(format("application/json", {{"_format", name}}) == Format::xml, name);
  CHECK(format("", {}, "application/fhir+xml") == Format::xml);
  CHECK(format("*/*", {}, "application/fhir+xml") == Format::xml);
  CHECK(format("application/json", {}, "application/fhir+xml") == Format::json);
}
