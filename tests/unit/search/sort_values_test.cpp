// https://hl7.org/fhir/R4/search.html#sort
#include "src/search/sort_values.h"

#include <doctest/doctest.h>

namespace {

using namespace server::search;

fhir::SearchParameter parameter_of(const char* code) {
  fhir::SearchParameter parameter;
  parameter.code = code;
  return parameter;
}

}  // namespace

TEST_CASE("of several values the least counts, of a descending key the greatest") {
  const fhir::SearchParameter name = parameter_of("name"), date = parameter_of("date");
  IndexRows rows;
  rows.strings = {{&name, "beta", "Beta"}, {&name, "alpha", "Alpha"}, {&name, "aa", ""}};
  rows.dates = {{&date, 5, 6}, {&date, 2, 3}};
  const Candidate candidate{"x", 7, &rows};
  CHECK(sort_values({{&name}, {&date}}, candidate) ==
        std::vector<SortValue>{std::string("alpha"), std::int64_t{2}});
  CHECK(sort_values({{&name, true}, {&date, true}}, candidate) ==
        std::vector<SortValue>{std::string("beta"), std::int64_t{5}});
  const fhir::SearchParameter id = parameter_of("_id"), updated = parameter_of("_lastUpdated");
  CHECK(sort_values({{&id}, {&updated}}, candidate) ==
        std::vector<SortValue>{std::string("x"), std::int64_t{7}});
}

TEST_CASE("what has no value stands last, up and down") {
  const fhir::SearchParameter name = parameter_of("name"), title = parameter_of("title");
  const std::vector<SortKey> up = {{&name}, {&title}}, down = {{&name, true}, {&title}};
  const std::vector<SortValue> a = {std::string("a"), std::nullopt},
                               b = {std::string("b"), std::nullopt},
                               none = {std::nullopt, std::string("t")},
                               titled = {std::string("a"), std::string("t")};
  CHECK(stands_before(up, a, b));
  CHECK_FALSE(stands_before(up, b, a));
  CHECK(stands_before(down, b, a));
  CHECK(stands_before(up, b, none));
  CHECK(stands_before(down, b, none));
  CHECK(stands_before(up, titled, a));
  CHECK_FALSE(stands_before(up, a, a));
}
