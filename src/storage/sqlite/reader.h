// One snapshot of the database, on a leased connection.
#pragma once

#include "src/storage/codes_in_use.h"
#include "src/storage/sqlite/catalog.h"
#include "src/storage/sqlite/reader_pool.h"
#include "src/storage/sqlite/text_catch_up.h"
#include "src/storage/store.h"

namespace server::storage::sqlite {

/// The snapshot is taken by the first statement: it has all that was acknowledged before.
class SqliteReader final : public Reader, public CodesInUse {
 public:
  struct Surroundings {
    ReaderPool& readers;
    TextCatchUp& text;
    const Dictionary& dictionary;
    const Clock& clock;
  };

  SqliteReader(ReaderPool::Lease lease, const Surroundings& around,
               std::chrono::steady_clock::time_point deadline);

  fhir::Result<Version> read(std::string_view type, std::string_view id) override;
  fhir::Result<Version> read_version(std::string_view type, std::string_view id,
                                     std::int64_t version_id) override;
  fhir::Result<Page> search(const search::Query& query) override;
  fhir::Result<Moment> moment() override;
  fhir::Result<std::uint64_t> count(const search::Query& query) override;
  fhir::Result<HistoryPage> history(const HistoryRequest& request) override;
  fhir::Result<Labels> labels(std::string_view type) override;
  fhir::Result<std::vector<std::string>> erasable(std::string_view type, Erasable which,
                                                  std::uint32_t limit) override;
  fhir::Result<std::optional<std::string>> note(std::string_view name) override;
  fhir::Result<std::vector<std::string>> codes_in_use(std::string_view parameter) override;

 private:
  fhir::Result<void> take_snapshot();
  fhir::Result<void> take_snapshot_for(const search::Query& query);
  fhir::Result<Version> current(std::int64_t type, std::string_view type_name, std::string_view id);

  ReaderPool::Lease lease_;
  SnapshotCatalog catalog_;
  ReaderPool& readers_;
  TextCatchUp& text_;
  const Dictionary& dictionary_;
  std::chrono::steady_clock::time_point deadline_;
  std::uint64_t commits_;  // what the snapshot has to show
  bool has_snapshot_ = false;
};

}  // namespace server::storage::sqlite
