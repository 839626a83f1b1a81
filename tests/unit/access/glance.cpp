#include "src/access/glance.h"

#include <doctest/doctest.h>

#include "fhir/formats/json_document.h"
#include "src/access/access.h"
#include "src/access/limit.h"
#include "unit/search/fixture.h"

using namespace server;

namespace {

const fhir::DefinitionStore& definitions() { return *search_test::core(); }

search::Criterion limit_of(std::string_view type) {
  access::Identity who;
  who.scopes = security::parse_scopes("patient/*.rs");
  who.patient = "p1";
  access::Permission permission =
      access::Access(std::make_shared<const access::Identity>(std::move(who)), definitions())
          .permission(type, security::right_read);
  REQUIRE(permission.extent == access::Extent::some);
  return std::move(permission.limit);
}

bool is_sure(std::string_view type, std::string body) {
  storage::Version version;
  version.type = type;
  version.id = "p1";
  version.body = std::move(body);
  const search::Criterion limit = limit_of(type);
  const bool sure = access::Glance(limit, type, definitions()).surely_matches(version);
  // What is sure is what the index says as well.
  if (sure) {
    const auto document = fhir::json::Document::read(version.body);
    REQUIRE(document);
    const fhir::Element resource = fhir::root_element(document->root(), definitions());
    const auto judged = access::matches(limit, resource, search_test::extractor());
    REQUIRE(judged);
    CHECK(*judged);
  }
  return sure;
}

}  // namespace

TEST_CASE("a patient in context is told by its id") {
  CHECK(is_sure("Patient", R"({"resourceType":"Patient","id":"p1"})"));
}

TEST_CASE("a reference is seen where a parameter of the compartment looks") {
  CHECK(is_sure("Observation",
                R"({"resourceType":"Observation","id":"p1","code":{"text":"a \"b\" {"},)"
                R"("subject":{"reference":"Patient/p1"}})"));
  CHECK(is_sure("Observation",
                R"({"resourceType":"Observation","id":"p1","subject":{"reference":"Patient/p2"},)"
                R"("performer":[{"display":"x"},{"reference":"Patient/p1"}]})"));
  CHECK(is_sure("Appointment",
                R"({"resourceType":"Appointment","id":"p1","participant":[{"type":[{"text":"t"}],)"
                R"("actor":{"reference":"Patient/p1"}}]})"));
}

TEST_CASE("a reference elsewhere, to another or within a string makes nothing sure") {
  CHECK_FALSE(is_sure("Observation", R"({"resourceType":"Observation","id":"p1",)"
                                     R"("focus":[{"reference":"Patient/p1"}]})"));
  CHECK_FALSE(is_sure("Observation", R"({"resourceType":"Observation","id":"p1",)"
                                     R"("subject":{"reference":"Patient/p11"}})"));
  CHECK_FALSE(is_sure("Observation",
                      R"({"resourceType":"Observation","id":"p1","contained":[{)"
                      R"("resourceType":"Observation","subject":{"reference":"Patient/p1"}}]})"));
  CHECK_FALSE(is_sure("Observation",
                      R"({"resourceType":"Observation","id":"p1","subject":{"display":)"
                      R"("\"reference\":\"Patient/p1\"","extension":[{"url":"x",)"
                      R"("valueReference":{"reference":"Patient/p1"}}]}})"));
  CHECK_FALSE(is_sure("Observation",
                      R"({"resourceType":"Observation","id":"p1","subject":{"identifier":)"
                      R"({"assigner":{"reference":"Patient/p1"}}}})"));
}
