// The authorization server's records in a SQLite file of their own, `auth.db`.
//
// Beside medisync.db and not in it: its one writer belongs to the running server, while users and
// clients are managed by other processes meanwhile; and a copy of the clinical data carries no
// credentials.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

#include "fhir/base/result.h"
#include "src/security/record_store.h"
#include "src/storage/sqlite/options.h"

namespace server::storage {

struct RecordOptions {
  std::filesystem::path directory;  // holds auth.db (mode 0600), made when absent
  sqlite::Durability durability = sqlite::Durability::full;
  std::size_t readers = 4;
  /// How late revision() may tell of what another process changed.
  std::chrono::milliseconds others_seen_after{100};
  std::function<std::int64_t()> now_ms;  // UTC; empty: the system's clock
};

/// errors   no-store: the folder cannot be used · not-supported: a newer program wrote the file ·
///          exception: it is damaged
fhir::Result<std::unique_ptr<security::RecordStore>> open_records(const RecordOptions& options);

}  // namespace server::storage
