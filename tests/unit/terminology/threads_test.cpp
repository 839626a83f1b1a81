// What is read at first use is read once, whoever asks first.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core_definitions.h"

TEST_CASE("Threads that ask at once are given the same value sets") {
  const auto terminology = terminology::Terminology::make(core_definitions());
  const std::vector<std::string> names = {"http://hl7.org/fhir/ValueSet/all-types",
                                          "http://hl7.org/fhir/ValueSet/security-labels",
                                          "http://hl7.org/fhir/ValueSet/administrative-gender",
                                          "http://hl7.org/fhir/ValueSet/observation-status"};
  std::vector<std::vector<const void*>> seen(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    threads.emplace_back([&, i] {
      for (std::size_t k = 0; k < names.size(); ++k) {
        const auto* set = terminology->value_set(names[(i + k) % names.size()]);
        if (set != nullptr) set->contains_code("male");
      }
      for (const std::string& name : names) seen[i].push_back(terminology->value_set(name));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& list : seen) CHECK(list == seen[0]);
  CHECK(seen[0][2] != nullptr);
}
