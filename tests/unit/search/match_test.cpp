// Rows judged in memory find what a store finds.
#include "src/search/match.h"

#include <doctest/doctest.h>

#include <string>

using server::search::Candidate;
using server::search::Combination;
using server::search::Criterion;
using server::search::IndexRows;
using server::search::matches;
using server::search::Modifier;
using server::search::Operand;
using server::search::Prefix;

namespace {

fhir::SearchParameter parameter(fhir::SearchParameterType type, std::string_view code) {
  fhir::SearchParameter made;
  made.type = type;
  made.code = code;
  made.url = code;
  return made;
}

const auto k_url = parameter(fhir::SearchParameterType::uri, "url");
const auto k_status = parameter(fhir::SearchParameterType::token, "status");
const auto k_title = parameter(fhir::SearchParameterType::string, "title");
const auto k_date = parameter(fhir::SearchParameterType::date, "date");
const auto k_value = parameter(fhir::SearchParameterType::quantity, "value");
const auto k_id = parameter(fhir::SearchParameterType::token, "_id");

IndexRows rows() {
  IndexRows made;
  made.uris.push_back({&k_url, "http://example.org/fhir/a"});
  made.tokens.push_back({&k_status, "http://example.org/status", "active"});
  made.strings.push_back({&k_title, "colours of cars", "Colours of cars"});
  made.dates.push_back({&k_date, 1000, 2000});
  return made;
}

Criterion of(const fhir::SearchParameter& asked, Operand operand,
             Modifier modifier = Modifier::none) {
  Criterion made;
  made.parameter = &asked;
  made.modifier = modifier;
  made.alternatives.push_back(std::move(operand));
  return made;
}

Operand text(std::string value) {
  Operand operand;
  operand.text = operand.folded = operand.code = std::move(value);
  return operand;
}

Operand token(std::string system, std::string code) {
  Operand operand;
  operand.has_system = true;
  operand.system = std::move(system);
  operand.code = std::move(code);
  return operand;
}

std::optional<bool> found(const Criterion& criterion) {
  const IndexRows held = rows();
  return matches(criterion, Candidate{"one", 500, &held});
}

}  // namespace

TEST_CASE("a uri matches whole, or by what lies below or above it") {
  CHECK(found(of(k_url, text("http://example.org/fhir/a"))) == true);
  CHECK(found(of(k_url, text("http://example.org/fhir"))) == false);
  CHECK(found(of(k_url, text("http://example.org/fhir"), Modifier::below)) == true);
  CHECK(found(of(k_url, text("http://example.org/fh"), Modifier::below)) == false);
  CHECK(found(of(k_url, text("http://example.org/fhir/a/b"), Modifier::above)) == true);
  CHECK(found(of(k_url, text("http://example.org/fhir/ab"), Modifier::above)) == false);
}

TEST_CASE("a token matches by code, by system and code, by system, and not at all") {
  CHECK(found(of(k_status, text("active"))) == true);
  CHECK(found(of(k_status, token("http://example.org/status", "active"))) == true);
  CHECK(found(of(k_status, token("", "active"))) == false);
  CHECK(found(of(k_status, token("http://example.org/status", ""))) == true);
  CHECK(found(of(k_status, text("draft"), Modifier::not_)) == true);
  CHECK(found(of(k_status, text("active"), Modifier::not_)) == false);
  CHECK_FALSE(found(of(k_status, text("act"), Modifier::text)).has_value());
}

TEST_CASE("a string matches by its beginning, exactly, or anywhere") {
  CHECK(found(of(k_title, text("colours"))) == true);
  CHECK(found(of(k_title, text("cars"))) == false);
  CHECK(found(of(k_title, text("cars"), Modifier::contains)) == true);
  CHECK(found(of(k_title, text("colours of cars"), Modifier::exact)) == false);
}

TEST_CASE("a date matches by its range") {
  const auto asked = [](Prefix prefix, std::int64_t low, std::int64_t high) {
    Operand operand;
    operand.prefix = prefix;
    operand.low = low;
    operand.high = high;
    return found(of(k_date, operand));
  };
  CHECK(asked(Prefix::eq, 1000, 2000) == true);
  CHECK(asked(Prefix::eq, 1100, 2000) == false);
  CHECK(asked(Prefix::gt, 1000, 1500) == true);
  CHECK(asked(Prefix::lt, 900, 950) == false);
  CHECK(asked(Prefix::sa, 500, 1000) == true);
  CHECK_FALSE(asked(Prefix::ap, 500, 1000).has_value());
}

TEST_CASE("missing asks whether there is a row") {
  Operand operand;
  operand.missing = true;
  CHECK(found(of(k_status, operand, Modifier::missing)) == false);
  CHECK(found(of(k_value, operand, Modifier::missing)) == true);
  CHECK(found(of(k_id, operand, Modifier::missing)) == false);
}

TEST_CASE("what cannot be told makes a combination uncertain unless another part decides") {
  const auto combined = [](Combination combination, std::string_view status) {
    Criterion made;
    made.combination = combination;
    made.parts.push_back(of(k_value, Operand()));  // quantities are not judged
    made.parts.push_back(of(k_status, text(std::string(status))));
    return found(made);
  };
  CHECK(combined(Combination::any, "active") == true);
  CHECK_FALSE(combined(Combination::any, "draft").has_value());
  CHECK(combined(Combination::all, "draft") == false);
  CHECK_FALSE(combined(Combination::all, "active").has_value());
  CHECK(combined(Combination::negation, "active") == false);
  server::search::Query query;
  query.criteria.push_back(of(k_value, Operand()));
  const IndexRows held = rows();
  CHECK_FALSE(matches(query, Candidate{"one", 500, &held}));
}
