// The read-only connections, leased one per reader. A connection keeps its snapshot for the next
// reader while nothing is committed.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "src/storage/sqlite/connection.h"

namespace server::storage::sqlite {

/// Thread-safe. Outlives every lease.
class ReaderPool {
 public:
  explicit ReaderPool(std::vector<std::unique_ptr<Connection>> connections)
      : free_(std::move(connections)) {}

  class Lease {
   public:
    Lease(ReaderPool& pool, std::unique_ptr<Connection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&&) = default;
    ~Lease();
    Connection& operator*() { return *connection_; }
    Connection* operator->() { return connection_.get(); }

   private:
    ReaderPool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  /// What is committed from now on is seen by every later snapshot; the writer calls it after a
  /// commit, before it is acknowledged.
  void note_commit() { commits_.fetch_add(1, std::memory_order_release); }
  /// The count that a snapshot taken now has to show.
  std::uint64_t commits() const { return commits_.load(std::memory_order_acquire); }

  /// Ends every snapshot that no reader uses, and makes those in use the last of theirs: the log
  /// can be written back as far as they let it, and begun again.
  void renew();
  /// Closes the connections; none is leased any more.
  void close();

  /// The connection given back last, whose pages are warm.
  ///
  /// errors   transient: all are leased until the deadline
  fhir::Result<Lease> lease(std::chrono::steady_clock::time_point deadline);

 private:
  void give_back(std::unique_ptr<Connection> connection);

  std::atomic<std::uint64_t> commits_ = 1;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> free_;
};

}  // namespace server::storage::sqlite
