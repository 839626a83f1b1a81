// `{user}` and `{patient}` in the filters of a role: whoever asks.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "src/search/query.h"

namespace server::policy {

/// The query with ids in place of the placeholders that no resource has.
std::string with_marks(std::string_view query);

/// Whether a mark stands in the criterion where filled_in() does not look for it.
bool has_stray_mark(const search::Criterion& criterion);

/// A copy with the marks replaced; nothing when there is nobody to put there.
///
/// user       `Practitioner/1`
/// patients   ids
std::optional<search::Criterion> filled_in(const search::Criterion& criterion,
                                           std::string_view user,
                                           std::span<const std::string> patients);

}  // namespace server::policy
