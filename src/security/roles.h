// The roles that a user, or a client that acts for itself, may have. What each may do is in the
// role files (src/policy).
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace server::security {

inline constexpr std::array<std::string_view, 8> k_roles = {
    "physician",      "nurse",   "patient",       "receptionist",
    "lab-technician", "billing", "administrator", "civil-authority"};

/// For messages and the help of the command line.
inline constexpr std::string_view k_roles_text =
    "physician, nurse, patient, receptionist, lab-technician, billing, administrator, "
    "civil-authority";

/// Of a user without a role: no file is of it, so that nothing is allowed.
inline constexpr std::string_view k_no_role = "none";

inline bool is_role(std::string_view name) {
  return std::find(k_roles.begin(), k_roles.end(), name) != k_roles.end();
}

}  // namespace server::security
