// Applies batches of writes inside the open transaction.
#pragma once

#include "src/storage/sqlite/contained_writer.h"
#include "src/storage/sqlite/text_indexer.h"
#include "src/storage/store.h"

namespace server::storage::sqlite {

/// The writer thread only.
class BatchWriter {
 public:
  BatchWriter(Connection& connection, BodyCodec& bodies, Names& names, TextIndexer& text,
              std::int64_t last_updated)
      : connection_(connection),
        bodies_(bodies),
        names_(names),
        text_(text),
        index_(connection, names),
        contained_(connection, names, index_),
        time_(last_updated) {}

  /// Applies all writes in order, at one point of time that never goes back.
  /// Rows of the index wait for flush().
  ///
  /// writes   must live until flush() or drop()
  fhir::Result<Store::Outcome, Store::Failure> apply(const std::vector<Write>& writes);
  /// Inserts the index rows that wait; before COMMIT, and before a savepoint is set or released.
  fhir::Result<void> flush() { return index_.flush(); }
  /// Forgets them, when the transaction or the savepoint is rolled back.
  void drop() { index_.drop(); }

 private:
  struct Identity {
    std::int64_t rid = 0;  // 0: unknown
    std::int64_t version_id = 0;
    std::int64_t last_updated = 0;
    bool is_live = false;
  };

  fhir::Result<Written> apply(const Write& write);
  fhir::Result<std::optional<Written>> unchanged(const Write& write, const Identity& identity);
  fhir::Result<Written> erase_history(const Write& write, std::int64_t type,
                                      const Identity& identity);
  fhir::Result<Written> erase(const Write& write, std::int64_t type, const Identity& identity);
  fhir::Result<void> erase_identity(const Write& write, const Identity& identity);
  fhir::Result<Written> reindex(const Write& write, std::int64_t type, const Identity& identity);
  /// The index rows of the resource and of what it contains.
  fhir::Result<void> index(std::int64_t rid, std::int64_t type, const search::IndexRows& rows,
                           IndexWriter::Before before);
  fhir::Result<int> erase_versions(std::int64_t rid, std::int64_t version);
  fhir::Result<int> delete_versions(std::int64_t rid, std::int64_t version);
  fhir::Result<bool> is_referenced(std::int64_t rid);
  fhir::Result<void> check_references(const Write& write);
  fhir::Result<Identity> find(std::int64_t type, std::string_view id);
  fhir::Result<void> check_before(const search::Query& limit, const Identity& identity);
  fhir::Result<void> check_after(const search::Query& limit);
  fhir::Result<std::vector<const search::Query*>> check_held_before(const Write::Held& held,
                                                                    const Identity& identity);
  fhir::Result<bool> matches(const search::Query& query);
  fhir::Result<void> check(const Precondition& precondition, const Identity& identity);
  fhir::Result<std::int64_t> store(const Write& write, std::int64_t type, const Identity& identity,
                                   const Written& written);
  fhir::Result<void> done(Run& run);

  Connection& connection_;
  BodyCodec& bodies_;
  Names& names_;
  TextIndexer& text_;
  IndexWriter index_;
  ContainedWriter contained_;
  std::int64_t time_;  // of the newest batch
};

}  // namespace server::storage::sqlite
