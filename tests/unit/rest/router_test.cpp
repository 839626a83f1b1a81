// https://hl7.org/fhir/R4/http.html#summary
#include "src/rest/router.h"

#include <doctest/doctest.h>

using server::http::Method;
using server::rest::match;

namespace {

std::string_view interaction(Method method, std::string_view path) {
  const auto found = match(method, path);
  return found && found->route != nullptr ? found->route->interaction : std::string_view("none");
}

}  // namespace

TEST_CASE("every interaction of the summary table has its URL") {
  CHECK(interaction(Method::get, "Patient/1") == "read");
  CHECK(interaction(Method::head, "Patient/1") == "read");
  CHECK(interaction(Method::get, "Patient/1/_history/2") == "vread");
  CHECK(interaction(Method::put, "Patient/1") == "update");
  CHECK(interaction(Method::delete_, "Patient/1") == "delete");
  CHECK(interaction(Method::post, "Patient") == "create");
  CHECK(interaction(Method::get, "Patient") == "search-type");
  CHECK(interaction(Method::post, "Patient/_search") == "search-type");
  CHECK(interaction(Method::get, "metadata") == "capabilities");
  CHECK(interaction(Method::post, "") == "transaction");
  CHECK(interaction(Method::get, "Patient/1/_history") == "history-instance");
  CHECK(interaction(Method::get, "Patient/_history") == "history-type");
  CHECK(interaction(Method::get, "_history") == "history-system");
  CHECK(interaction(Method::post, "ValueSet/$expand") == "operation");
  CHECK(interaction(Method::get, "ValueSet/x/$expand") == "operation");
}

TEST_CASE("what the URL names is taken out of it") {
  const auto found = match(Method::get, "Patient/a-1.b/_history/7");
  REQUIRE(found.has_value());
  CHECK(found->type == "Patient");
  CHECK(found->id == "a-1.b");
  CHECK(found->version == "7");
  CHECK(match(Method::get, "ValueSet/$expand")->operation == "expand");
}

TEST_CASE("a slash at the end changes nothing") {
  CHECK(interaction(Method::get, "Patient/1/") == "read");
  CHECK(interaction(Method::get, "Patient/") == "search-type");
}

TEST_CASE("a known path with another method says which it takes") {
  const auto found = match(Method::patch, "metadata");
  REQUIRE(found.has_value());
  CHECK(found->route == nullptr);
  CHECK(found->allow == "GET, HEAD, OPTIONS");
}

TEST_CASE("other paths are nobody's") {
  for (const char* path :
       {"patient/1", "Patient/1/x", "Patient/1/_history/2/3", "$", "_nothing", "Patient//1"})
    CHECK_MESSAGE(interaction(Method::get, path) == "none", path);
}
