// Judges a body by a limit without reading it whole: most resources name their patient early.
#pragma once

#include <string_view>

#include "src/search/query.h"
#include "src/storage/store.h"

namespace server::access {

/// Whether it is certain at a glance that a resource matches: it has the id, or holds a plain
/// reference, `"reference":"Patient/1"`, right where the expression of the limit's parameter looks.
/// False says nothing: that takes another look.
///
/// version   a current one, with its body: compact JSON
bool surely_matches(const search::Criterion& limit, const storage::Version& version);

}  // namespace server::access
