// A literal reference to a resource of this server, taken apart.
// https://hl7.org/fhir/R4/references.html#literal
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "src/rest/context.h"

namespace server::rest {

/// Views into the reference.
struct LocalReference {
  std::string_view type;
  std::string_view id;
  std::string_view version;  // empty unless it names one
};

/// `Patient/1`, `Patient/1/_history/2`, or such a URL below our base; nothing for any other.
std::optional<LocalReference> local_reference(const Call& call, std::string_view reference);

/// Each literal reference of a resource, those of its contained resources too, in the order of the
/// source.
void for_each_local_reference(const Call& call, const fhir::json::Value& resource,
                              const std::function<void(const LocalReference&)>& visit);

}  // namespace server::rest
