// Links inside a resource replaced by where they lead after a transaction.
// https://hl7.org/fhir/R4/http.html#trules "the server SHALL replace all matching links in the
// bundle"
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "fhir/base/arena.h"
#include "fhir/definitions/schema.h"
#include "fhir/formats/json_value.h"

namespace server::rest {

/// What a link stands in: an element of type uri, url, oid, uuid, or a narrative; a
/// Reference; a Reference whose extension resolve-as-version-specific asks for a version.
enum class LinkKind : std::uint8_t { uri, reference, reference_to_version };

/// What a link becomes; nothing when it stays. The text returned lives as long as the arena.
using LinkTarget =
    std::function<std::optional<std::string_view>(std::string_view link, LinkKind kind)>;

/// An overlay of `resource`: shares every part that has no link to replace. Links are the elements
/// of type Reference.reference, uri, url, oid and uuid, and href and src in narratives.
fhir::json::Value replace_links(const fhir::json::Value& resource, const fhir::TypeSchema* type,
                                fhir::Arena& arena, const LinkTarget& target);

}  // namespace server::rest
