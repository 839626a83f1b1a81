#include "src/audit/audited.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using Names = std::vector<std::string>;
using server::audit::locations_of;
using server::audit::patients_of;

TEST_CASE("whom a resource is about") {
  CHECK(patients_of(R"({"resourceType":"Patient","id":"p1","name":[]})") == Names{"p1"});
  CHECK(patients_of(R"({"resourceType":"Observation","subject":{"reference":"Patient/p2"}})") ==
        Names{"p2"});
  CHECK(patients_of(
            R"({"resourceType":"Device","patient":{"display":"x","reference":"Patient/p3"}})") ==
        Names{"p3"});
  CHECK(patients_of(R"({"resourceType":"Observation","subject":{"reference":"Group/g"}})").empty());
  CHECK(
      patients_of(R"({"resourceType":"Observation","focus":[{"reference":"Patient/p"}]})").empty());
}

TEST_CASE("bodies that are no resources are about nobody") {
  for (std::string_view text :
       {"", "<Patient/>", "[]", "{", R"({"subject":{)", R"({"resourceType":"Patient")"})
    CHECK(patients_of(text).empty());
}

TEST_CASE("what a transaction wrote") {
  CHECK(locations_of(R"({"entry":[{"response":{"location":"http://h/fhir/Patient/1/_history/1"}},)"
                     R"({"response":{"location":"http://h/fhir/Device/2/_history/3"}}]})",
                     "/fhir") == Names{"Patient/1/_history/1", "Device/2/_history/3"});
  CHECK(locations_of(R"({"location":"elsewhere"})", "/fhir").empty());
  CHECK(locations_of("", "/fhir").empty());
}
