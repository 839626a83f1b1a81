#include "src/search/row_query.h"

#include <limits>

#include "fixture.h"
#include "src/search/value_ranges.h"

using namespace server::search;
using search_test::core;

namespace {

Parameter parameter(const char* type, const char* code) {
  Parameter found = core()->search_parameter(type, code);
  REQUIRE(found != nullptr);
  return found;
}

void check(const RowQuery& query, const char* name, const char* value) {
  CHECK(query.name == name);
  CHECK(query.value == value);
}

DateRow date_row(const char* text) {
  const auto span = instants_of(text);
  REQUIRE(span);
  return {parameter("Patient", "birthdate"), span->low, span->high};
}

}  // namespace

TEST_CASE("a row is asked for by just what it holds") {
  check(query_of(TokenRow{parameter("Patient", "identifier"), "http://a|b", "1,2"}), "identifier",
        "http://a\\|b|1\\,2");
  check(query_of(TokenRow{parameter("Patient", "identifier"), "", "1"}), "identifier", "|1");
  check(query_of(TokenRow{parameter("Patient", "identifier"), "s", ""}), "identifier", "s|");
  check(query_of(TokenRow{parameter("Observation", "subject"), "s", "1"}), "subject:identifier",
        "s|1");
  check(query_of(StringRow{parameter("Patient", "name"), "a$b", "A$b"}), "name:exact", "A\\$b");
  check(query_of(ReferenceRow{parameter("Observation", "subject"), "Patient", "1"}), "subject",
        "Patient/1");
  check(query_of(UriRow{parameter("Patient", "_profile"), "http://a|1"}), "_profile",
        "http://a\\|1");
  check(query_of(NumberRow{parameter("RiskAssessment", "probability"), 0.1, 0.1}), "probability",
        "0.1");
  check(query_of(QuantityRow{parameter("Observation", "value-quantity"), "s", "mg", 5, 5}),
        "value-quantity", "5|s|mg");
  check(query_of(QuantityRow{parameter("Observation", "value-quantity"), "", "", 5, 5}),
        "value-quantity", "5");
  const double infinity = std::numeric_limits<double>::infinity();
  check(query_of(QuantityRow{parameter("Observation", "value-quantity"), "", "mg", -infinity, 5}),
        "value-quantity", "le5||mg");
  check(query_of(QuantityRow{parameter("Observation", "value-quantity"), "", "mg", 4, 9}),
        "value-quantity", "ge4||mg");
}

TEST_CASE("a date is asked for in the precision that it has") {
  for (const char* text :
       {"2012", "2012-02", "2012-02-29", "2012-02-29T10:01Z", "2012-02-29T10:01:02Z",
        "2012-02-29T10:01:02.5Z", "2012-02-29T10:01:02.003Z"}) {
    CAPTURE(text);
    check(query_of(date_row(text)), "birthdate", text);
  }
  Parameter birthdate = parameter("Patient", "birthdate");
  check(query_of(DateRow{birthdate, 0, k_open_high_ms}), "birthdate", "ge1970-01-01T00:00:00.000Z");
  check(query_of(DateRow{birthdate, k_open_low_ms, 0}), "birthdate", "le1969-12-31T23:59:59.999Z");
  check(query_of(DateRow{birthdate, 0, 5}), "birthdate", "ge1970-01-01T00:00:00.000Z");
}

TEST_CASE("a composite is asked for by its parts") {
  const CompositeRow row{parameter("Observation", "code-value-quantity"),
                         {{"s", "c,d", 0, 0}, {"u", "mg", 5, 5}}};
  check(query_of(row, *core()), "code-value-quantity", "s|c\\,d$5|u|mg");
  IndexRows rows;
  rows.composites.push_back(row);
  rows.uris.push_back({parameter("Patient", "_profile"), "x"});
  CHECK(queries_of(rows, *core()).size() == 2);
}
