// What a browser carries of its visit and its request before anybody has logged in: nothing is kept
// of those that no login follows, so that nobody can fill the database with them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/security/environment.h"

namespace server::security {

/// A text as the browser may have it: it can neither read nor change it, and whoever shares the
/// vault opens it.
///
/// text, purpose   not empty
std::string carry(const Environment& environment, std::string_view text, std::string_view purpose);

/// Nothing when it was not sealed so.
std::optional<std::string> carried(const Environment& environment, std::string_view sealed,
                                   std::string_view purpose);

}  // namespace server::security
