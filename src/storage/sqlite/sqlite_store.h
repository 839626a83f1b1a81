// Opens the embedded store: one SQLite file, one writer thread, a pool of readers.
#pragma once

#include <memory>

#include "fhir/base/result.h"
#include "src/storage/sqlite/options.h"
#include "src/storage/store.h"

namespace server::storage {

using sqlite::Durability;
using sqlite::SqliteOptions;

/// Opens or makes `<directory>/medisync.db` and brings it to the present schema.
///
/// errors   lock-error: another server has it · no-store: the folder cannot be used ·
///          not-supported: the file was written by a newer program · exception: it is damaged
fhir::Result<std::unique_ptr<Store>> open_sqlite(const SqliteOptions& options);

}  // namespace server::storage
