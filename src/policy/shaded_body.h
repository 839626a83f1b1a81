// A stored body without what a role may not see.
// https://hl7.org/fhir/R4/security-labels.html
// https://hl7.org/fhir/extensions/StructureDefinition-data-absent-reason.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/policy/shade.h"

namespace server::policy {

/// Leaves out what is hidden, and puts the data-absent-reason `masked` in place of what is masked;
/// in contained resources and in those of a Bundle or Parameters too. A resource of a type of which
/// anything is not shown has no narrative, which may repeat it, and is labelled REDACTED and
/// SUBSETTED, whatever it holds. References to resources whose names or codes are not shown have no
/// display (reference_display.h).
///
/// It walks over the bytes and copies what stays as it is: nothing is parsed or written anew, and
/// no character is looked at more than twice.
///
/// type        of the resource
/// body        JSON as the store holds it
/// looked_at   null, or set to the number of characters that were looked at, without displays
/// returns     nothing when the body is not such JSON: then it must not be shown
std::optional<std::string> shaded(std::string body, std::string_view type, const Shades& shades,
                                  std::size_t* looked_at = nullptr);

inline constexpr std::string_view k_observation_value =
    "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";
inline constexpr std::string_view k_redacted_label =
    R"({"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"REDACTED"})";
inline constexpr std::string_view k_subsetted_tag =
    R"({"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"})";
inline constexpr std::string_view k_masked_element =
    R"({"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]})";

}  // namespace server::policy
