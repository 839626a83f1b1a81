// Roles made of text, against the definitions of R4.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "src/policy/policies.h"
#include "unit/search/fixture.h"

namespace policy_test {

inline const fhir::DefinitionStore& definitions() { return *search_test::core(); }

/// The rules of a nurse.
inline std::string role_of(const std::string& rules) {
  return R"({"role":"nurse","description":"for a test","rules":[)" + rules + "]}";
}

inline server::policy::RoleFiles files_of(const std::string& rules) {
  auto file = server::policy::read_role_file("nurse.json", role_of(rules));
  REQUIRE_MESSAGE(file, (file ? "" : file.error().diagnostics));
  return {*std::move(file)};
}

inline std::shared_ptr<const server::policy::Policies> policies_of(const std::string& rules) {
  auto made = server::policy::Policies::make(files_of(rules), definitions());
  REQUIRE_MESSAGE(made, (made ? "" : made.error().diagnostics));
  return *std::move(made);
}

}  // namespace policy_test
