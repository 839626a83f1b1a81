// SQLite's result codes as issues. The only place where they are translated.
#pragma once

#include "fhir/base/issue.h"

struct sqlite3;

namespace server::storage::sqlite {

/// Full disk and failing disk: no-store, unavailable · interrupted: timeout · busy: lock-error ·
/// anything else: exception, internal. SQLite's own text goes to log_detail.
fhir::Issue issue_of(sqlite3* db, int code);

}  // namespace server::storage::sqlite
