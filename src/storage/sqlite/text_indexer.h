// Brings the full text index up to the resources that were written. Writes only note what is due;
// the words are indexed when the writer is idle, or before the first search that asks for them.
// https://sqlite.org/fts5.html
#pragma once

#include <chrono>
#include <cstdint>

#include "src/storage/sqlite/connection.h"

namespace server::storage::sqlite {

/// What a search is told that has to do without the index.
fhir::Issue text_is_behind(std::int64_t resources_left);

/// The writer thread only; within its transactions.
class TextIndexer {
 public:
  explicit TextIndexer(Connection& connection) : connection_(connection) {}

  /// What the database says; at the start, and after a transaction that was not committed.
  fhir::Result<void> load();

  /// Whether anybody has searched for a text yet: before, nothing is noted or indexed.
  bool is_active() const { return is_active_; }
  /// From now on; all resources are due.
  fhir::Result<void> activate();

  /// A resource was written or deleted.
  fhir::Result<void> note(std::int64_t rid);
  /// Indexes a resource now, if it is due: before old versions, which may be indexed, are erased.
  fhir::Result<void> settle(std::int64_t rid);
  /// Takes the words of a resource out of the index, while its versions are still there.
  fhir::Result<void> erase(std::int64_t rid);
  /// Indexes what is due, for about so long; at least one resource.
  fhir::Result<void> index(std::chrono::milliseconds budget);
  /// Resources that are due, no fewer than there are.
  std::int64_t due() const { return due_; }

 private:
  fhir::Result<void> index_one(std::int64_t rid);
  fhir::Result<void> forget(std::int64_t rid);
  struct Body;
  fhir::Result<Body> current(std::int64_t rid);
  fhir::Result<Body> superseded(std::int64_t rid, std::int64_t version_id);
  fhir::Result<Body> body_of(Run& row);
  fhir::Result<bool> is_due(std::int64_t rid);
  fhir::Result<void> run(Fixed name, std::int64_t value);

  Connection& connection_;
  bool is_active_ = false;
  std::int64_t due_ = 0;
};

}  // namespace server::storage::sqlite
