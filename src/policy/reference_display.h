// Texts beside references that name what a role does not see by its name.
// https://hl7.org/fhir/R4/references.html#Reference
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace server::policy {

/// Whether resources are displayed by that element: `name` of a Patient, `code` of a Condition.
bool is_displayed(std::string_view element);

/// The body with the data-absent-reason `masked` in place of Reference.display, in references to
/// resources of those types, and in those that do not tell what they lead to.
///
/// body      JSON as the store holds it
/// types     by name
/// returns   nothing when the body is no JSON
std::optional<std::string> with_masked_displays(std::string body,
                                                const std::set<std::string, std::less<>>& types);

}  // namespace server::policy
