// Versions of one resource, of a type or of all, newest first.
#pragma once

#include "src/storage/sql/sql_text.h"
#include "src/storage/sqlite/connection.h"
#include "src/storage/sqlite/dictionary.h"
#include "src/storage/store.h"

namespace server::storage::sqlite {

/// The moment of the first page, which further pages are of as well.
struct HistorySnapshot {
  std::int64_t time = 0;     // of the newest version
  std::int64_t changes = 0;  // superseded versions that there were
  std::int64_t newest_rid = 0;
};

/// Within the connection's transaction; made for one request.
class History {
 public:
  History(Connection& connection, const Dictionary& dictionary)
      : connection_(connection), dictionary_(dictionary) {}

  /// errors   not-found: the resource named by type and id never existed · invalid: the cursor
  fhir::Result<HistoryPage> page(const HistoryRequest& request);

 private:
  /// Its place in the order: newer first, then by resource, then by version.
  struct Place {
    std::int64_t last_updated, rid, version_id;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Found {
    Place place;
    Version version;
  };

  fhir::Result<std::vector<sql::SqlText>> parts_within(const HistoryRequest& request);
  fhir::Result<std::int64_t> find(std::int64_t type, const HistoryRequest& request);
  fhir::Result<void> collect(const sql::SqlText& which, const HistoryRequest& request,
                             const Place& before, std::vector<Found>& found);
  fhir::Result<std::uint64_t> count(const sql::SqlText& which, const HistoryRequest& request);
  fhir::Result<HistorySnapshot> snapshot_of_now();

  Connection& connection_;
  const Dictionary& dictionary_;
  std::optional<HistorySnapshot> snapshot_;  // of a further page
};

}  // namespace server::storage::sqlite
