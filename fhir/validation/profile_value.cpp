// Values: limits, and the value sets that a profile binds.
// https://hl7.org/fhir/R4/elementdefinition.html
#include "fhir/validation/profile_walk.h"

namespace fhir::validation {

void ProfileWalk::check_values(const Node& node, const ProfileNode& wanted,
                               const Profile& profile) {
  if (wanted.fixed != nullptr || wanted.pattern != nullptr) check_pattern(node, wanted, profile);
  if (wanted.max_length == 0 && wanted.min_value == nullptr && wanted.max_value == nullptr) return;
  ElementSchema limits;
  limits.path = wanted.path;
  limits.max_length = wanted.max_length;
  limits.min_value = wanted.min_value;
  limits.max_value = wanted.max_value;
  walk_.check_limits(node, limits);
}

void ProfileWalk::check_bindings(const Node& node, const ProfileNode& wanted,
                                 const Profile& profile) {
  const TerminologyProvider* terminology = walk_.parts_.terminology;
  if (terminology == nullptr) return;
  if (!wanted.binding.value_set.empty())
    walk_.check_membership(node, wanted.binding, profile.value_set(wanted.binding, *terminology));
  for (const Binding& further : wanted.further_bindings)
    walk_.check_membership(node, further, profile.value_set(further, *terminology));
}

}  // namespace fhir::validation
