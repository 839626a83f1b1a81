// What one execution may fetch.
#include "src/graphql/pool.h"

#include "fixture.h"
#include "src/graphql/limits.h"

using namespace graphql_test;

namespace {

template <class Result>
bool is_too_costly(const Result& result) {
  return !result && result.error().front().type == fhir::IssueType::too_costly;
}

}  // namespace

TEST_CASE("the resources of one execution are limited in number") {
  MapSource from;
  Pool pool(from, schema().definitions());
  for (std::size_t i = 0; i < k_resources_max; ++i)
    REQUIRE(pool.add(R"({"resourceType":"Patient"})"));
  CHECK(is_too_costly(pool.add(R"({"resourceType":"Patient"})")));
}

TEST_CASE("the resources of one execution are limited in bytes") {
  MapSource from;
  Pool pool(from, schema().definitions());
  const std::string half(k_resource_bytes_max / 2, ' ');
  CHECK(pool.add(half + "{}"));
  CHECK(is_too_costly(pool.add(half + "{}")));
}

TEST_CASE("the searches of one execution are limited in number") {
  MapSource from;
  Pool pool(from, schema().definitions());
  Search search;
  search.type = "Group";
  for (std::size_t i = 0; i < k_searches_max; ++i) REQUIRE(pool.search(search));
  CHECK(is_too_costly(pool.search(search)));
}
