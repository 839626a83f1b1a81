// What a reference's characters point to. https://hl7.org/fhir/R4/references.html#literal
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "fhir/definitions/definition_store.h"

namespace server::search {

enum class ReferenceKind : std::uint8_t {
  local,      // a resource of this server
  contained,  // #id
  other,      // another server's, urn:, a canonical, or no reference at all
};

struct ReferenceText {
  ReferenceKind kind = ReferenceKind::other;
  std::string_view type;  // local; other: when the url ends in Type/id
  std::string_view id;    // local; other: when the url ends in Type/id; contained: after the #
};

/// What of a url stands below a base, without the slash between them; nothing when it is elsewhere.
/// "The protocols http: and https: SHALL NOT be used to refer to different underlying objects."
///
/// base_url   absolute, without a slash at the end; may be empty: nothing is below it
/// source     https://hl7.org/fhir/R4/http.html#root
std::optional<std::string_view> below_base(std::string_view url, std::string_view base_url);

/// Reads `Type/id`, `Type/id/_history/version`, `#id`, and absolute urls.
///
/// base_url   of this server, without a slash at the end: urls below it are local; may be empty
/// returns    views into `text`
ReferenceText read_reference(std::string_view text, std::string_view base_url,
                             const fhir::DefinitionStore& definitions);

/// 1..64 characters of [A-Za-z0-9-.]
bool is_id(std::string_view text);

/// Whether the name is that of a concrete resource type.
bool is_resource_type(std::string_view name, const fhir::DefinitionStore& definitions);

}  // namespace server::search
