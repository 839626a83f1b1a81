// https://hl7.org/fhir/R4/http.html#Status-Codes
#include "src/rest/status.h"

#include <doctest/doctest.h>

#include <vector>

#include "fhir/formats/json_document.h"
#include "src/rest/answer.h"

using fhir::IssueType;
using fhir::make_issue;
using fhir::Situation;
using server::rest::status_of;

TEST_CASE("an issue's type decides where its situation is not said") {
  CHECK(status_of(make_issue(IssueType::structure, "")) == 400);
  CHECK(status_of(make_issue(IssueType::value, "")) == 400);
  CHECK(status_of(make_issue(IssueType::invariant, "")) == 422);
  CHECK(status_of(make_issue(IssueType::not_found, "")) == 404);
  CHECK(status_of(make_issue(IssueType::deleted, "")) == 410);
  CHECK(status_of(make_issue(IssueType::multiple_matches, "")) == 412);
  CHECK(status_of(make_issue(IssueType::too_long, "")) == 413);
  CHECK(status_of(make_issue(IssueType::no_store, "")) == 507);
  CHECK(status_of(make_issue(IssueType::exception, "")) == 500);
}

TEST_CASE("a situation tells apart what shares a type") {
  CHECK(status_of(make_issue(Situation::not_acceptable, IssueType::not_supported, "")) == 406);
  CHECK(status_of(make_issue(Situation::unsupported_media, IssueType::not_supported, "")) == 415);
  CHECK(status_of(make_issue(Situation::precondition_failed, IssueType::conflict, "")) == 412);
  CHECK(status_of(make_issue(IssueType::conflict, "")) == 409);
}

TEST_CASE("a malformed body outweighs a broken rule, warnings weigh nothing") {
  fhir::Issue warning = make_issue(IssueType::structure, "");
  warning.severity = fhir::Severity::warning;
  std::vector<fhir::Issue> issues = {warning, make_issue(IssueType::invariant, "")};
  CHECK(status_of(issues) == 422);
  issues.push_back(make_issue(IssueType::required, ""));
  CHECK(status_of(issues) == 400);
}

TEST_CASE("an outcome carries severity, code, text, expression and place") {
  fhir::Issue issue = make_issue(IssueType::value, "The \"value\" is wrong");
  issue.expression = "Patient.birthDate";
  issue.line = 3;
  issue.column = 7;
  auto document = fhir::json::Document::read(server::rest::outcome_json(std::span(&issue, 1)));
  REQUIRE(document.has_value());
  const auto& first = document->root().find("issue")->items()[0];
  CHECK(first.string_at("severity") == "error");
  CHECK(first.string_at("code") == "value");
  CHECK(first.string_at("diagnostics") == "The \"value\" is wrong");
  CHECK(first.find("expression")->items()[0].string() == "Patient.birthDate");
  CHECK(first.find("location")->items()[0].string() == "Line[3] Col[7]");
}

TEST_CASE("dates of HTTP are written and read") {
  CHECK(server::rest::http_date(784111777000) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(server::rest::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == 784111777000);
  CHECK_FALSE(server::rest::parse_http_date("yesterday").has_value());
}

TEST_CASE("an entity tag names a version") {
  CHECK(server::rest::etag_of(3) == "W/\"3\"");
  CHECK(server::rest::version_of_etag("W/\"3\"") == 3);
  CHECK(server::rest::version_of_etag("\"12\"") == 12);
  for (const char* text : {"", "W/\"x\"", "W/\"0\"", "W/\"3", "*", "W/\"3\" "})
    CHECK_FALSE(server::rest::version_of_etag(text).has_value());
}
