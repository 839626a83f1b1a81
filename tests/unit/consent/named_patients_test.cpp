#include "src/consent/named_patients.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using server::consent::named_patients;

TEST_CASE("every patient that a text names is found, once") {
  const auto found = named_patients(
      "Observation", "o",
      R"({"subject":{"reference":"Patient/a"},"performer":[{"reference":"http://x/Patient/b.1"},)"
      R"({"reference":"Patient/a/_history/2"},{"reference":"Patient/"}]})");
  CHECK(found == std::vector<std::string_view>{"a", "b.1"});
}

TEST_CASE("a patient names itself") {
  CHECK(named_patients("Patient", "p", "{}") == std::vector<std::string_view>{"p"});
}

TEST_CASE("many are each given once") {
  std::string body;
  for (int i = 0; i < 200; ++i) body += "Patient/p" + std::to_string(i % 50) + "\"";
  const auto found = named_patients("Group", "g", body);
  CHECK(found.size() == 50);
}
