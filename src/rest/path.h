// The path of a URL below our base, and whether the names in it can be right.
#pragma once

#include <string>
#include <string_view>

#include "src/rest/context.h"

namespace server::rest {

/// The part of `path` behind `base` and a slash, decoded; `storage` holds it when it had escapes.
///
/// errors   not-found: another path · invalid: a bad escape
fhir::Result<std::string_view> path_below(std::string_view base, std::string_view path,
                                          std::string& storage);

/// Whether type and id are ones that could exist. https://hl7.org/fhir/R4/datatypes.html#id
///
/// errors   not-found: an unknown resource type · invalid: no id, for an interaction that writes
fhir::Result<void, Failure> check_names(const Call& call);

/// 1 to 64 characters of [A-Za-z0-9-.].
bool is_id(std::string_view text);

}  // namespace server::rest
