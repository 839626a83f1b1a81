// What whoever has a role may do in an emergency, by "breaking the glass".
// https://terminology.hl7.org/CodeSystem-v3-ActReason.html#v3-ActReason-ETREAT
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "src/policy/rule_text.h"
#include "src/security/scope.h"

namespace server::policy {

inline constexpr std::int64_t k_emergency_seconds_max = 86'400;
inline constexpr std::size_t k_emergency_reasons_max = 50;
inline constexpr std::size_t k_emergency_reason_bytes_max = 1'000;

/// The purposes of use that an emergency has, with the words for them.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 3> k_emergency_purposes =
    {{{"BTG", "Break the glass"},
      {"ETREAT", "Emergency treatment"},
      {"ERTREAT", "Treatment in an emergency room"}}};

/// `emergency` of a role file.
struct Emergency {
  std::uint32_t line = 0;
  security::Rights rights = 0;        // the most that a token may do
  std::int64_t seconds = 0;           // how long it is good, at most; 0: as the server is set
  std::vector<std::string> purposes;  // to choose from, the first unless another is; never empty
  std::vector<std::string> reasons;   // to choose from; empty: in the user's own words
  std::vector<RuleText> rules;        // in place of the role's; empty: these count
};

/// The reason as it is recorded.
///
/// given     one of the reasons, where there are some, perhaps with `: ` and more behind it; else
///           any text
/// details   more to it; may be empty
/// errors    required: none · value: none of the reasons · too-long
fhir::Result<std::string> emergency_reason(const Emergency& emergency, std::string_view given,
                                           std::string_view details);

/// The purpose that is chosen, or when `given` is empty the first.
///
/// errors   value: none of the emergency's
fhir::Result<std::string> emergency_purpose(const Emergency& emergency, std::string_view given);

}  // namespace server::policy
