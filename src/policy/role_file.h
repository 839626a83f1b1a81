// A file that says what a role may do. The README describes the format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fhir/base/result.h"
#include "src/policy/emergency.h"
#include "src/policy/rule_text.h"

namespace server::policy {

inline constexpr std::size_t k_role_bytes_max = 256 * 1024;
inline constexpr std::size_t k_rules_max = 200;

struct RoleFile {
  std::string name;  // of the file, for messages
  std::string role;
  std::vector<RuleText> rules;
  std::optional<Emergency> emergency;  // nothing: nobody of this role breaks the glass
};

/// The failure of a role file: `FILE:LINE: what`.
fhir::Unexpected<fhir::Issue> wrong_in(const RoleFile& file, std::uint32_t line, std::string what);

/// Reads the JSON, which may have comments. Names of types, parameters and elements are judged by
/// compiling it (policies.h).
///
/// errors   structure: no such JSON, or a member that no rule has · value: a name that is none
fhir::Result<RoleFile> read_role_file(std::string name, std::string text);

}  // namespace server::policy
