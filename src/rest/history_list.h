// The resources that lists hold, for histories. https://hl7.org/fhir/R4/http.html#history
#pragma once

#include <string_view>
#include <vector>

#include "src/rest/context.h"

namespace server::rest {

/// "Only include resource versions that are referenced in the specified list (current list
/// references are allowed)".
///
/// value     of `_list`: ids of Lists, or `$current-problems` and its like, with commas between
/// them returns   what the lists refer to here; a list that is not here holds nothing errors value:
/// neither an id nor a kind of list · too-costly: too many items
fhir::Result<std::vector<storage::HistoryItem>, Failure> items_of_lists(const Call& call,
                                                                        std::string_view value);

}  // namespace server::rest
