// Elements that Consents, teams, groups and roles share, as far as they say who is meant and when.
// https://hl7.org/fhir/R4/references.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/date_time.h"
#include "fhir/formats/json_value.h"

namespace server::consent {

/// The name of who could be anybody.
inline constexpr std::string_view k_anybody = "?";

/// `Type/id` of a reference to this server; empty for any other.
///
/// base_url   of this server: references below it are local
std::string local_reference(std::string_view reference, std::string_view base_url);

/// Every name that a Reference gives to whom it means: `Type/id`, the URL of somebody elsewhere,
/// `system|value`; k_anybody alone where it gives none that can be judged.
///
/// resource   in which it stands: a contained resource is known by its identifiers alone
std::vector<std::string> names_of(const fhir::json::Value& reference,
                                  const fhir::json::Value& resource, std::string_view base_url);

/// `system|value` of each identifier with a value.
std::vector<std::string> identifiers_of(const fhir::json::Value& resource);

/// The Period under a name; an end that is not given is open.
///
/// is_unclear   becomes true when a start or an end cannot be read
fhir::Instants period_of(const fhir::json::Value& object, std::string_view name, bool& is_unclear);

/// Whether the moment lies in the span; changes_at becomes the next moment at which that changes,
/// when it is sooner.
bool is_within(const fhir::Instants& span, std::int64_t now_ms, std::int64_t& changes_at);

}  // namespace server::consent
