// One snapshot of the database, on a leased connection.
#pragma once

#include "src/storage/sqlite/catalog.h"
#include "src/storage/sqlite/reader_pool.h"
#include "src/storage/store.h"

namespace server::storage::sqlite {

/// The snapshot is taken by the first statement: it has all that was acknowledged before.
class SqliteReader final : public Reader {
 public:
  SqliteReader(ReaderPool::Lease lease, const Dictionary& dictionary, const Clock& clock);
  ~SqliteReader() override;

  fhir::Result<Version> read(std::string_view type, std::string_view id) override;
  /// For a reader that is asked this once and nothing else: one statement sees one snapshot, so no
  /// transaction is needed around it.
  fhir::Result<Version> read_alone(std::string_view type, std::string_view id);
  fhir::Result<Version> read_version(std::string_view type, std::string_view id,
                                     std::int64_t version_id) override;
  fhir::Result<Page> search(const search::Query& query) override;
  fhir::Result<std::uint64_t> count(const search::Query& query) override;
  fhir::Result<HistoryPage> history(const HistoryRequest& request) override;

 private:
  fhir::Result<void> begin();
  fhir::Result<void> take_snapshot();
  fhir::Result<Version> current(std::int64_t type, std::string_view type_name, std::string_view id);

  ReaderPool::Lease lease_;
  SnapshotCatalog catalog_;
  const Dictionary& dictionary_;
  bool has_begun_ = false;
  bool has_snapshot_ = false;
};

}  // namespace server::storage::sqlite
