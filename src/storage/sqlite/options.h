// What a site can choose about its SQLite database.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

namespace server::storage::sqlite {

/// What an acknowledged write survives. full: the loss of power · normal: the end of the process;
/// the last moments before a loss of power may be gone · off: as normal, and a loss of power may
/// damage the file.
enum class Durability : unsigned char { full, normal, off };

struct SqliteOptions {
  std::filesystem::path directory;  // holds medisync.db, made when absent
  Durability durability = Durability::full;
  /// What is deleted is overwritten in the file, at the cost of writes.
  bool erases_securely = false;
  std::size_t readers = 0;  // connections; 0: four for each processor, at least 8

  std::size_t queue_batches_max = 4096;
  std::size_t queue_bytes_max = std::size_t{256} << 20;
  std::size_t group_batches_max = 512;  // in one commit
  std::size_t group_bytes_max = std::size_t{32} << 20;

  std::size_t writer_cache_bytes = std::size_t{48} << 20;
  std::size_t reader_cache_bytes = std::size_t{2} << 20;  // each; the rest is the system's cache
  std::size_t mapped_bytes = std::size_t{8} << 30;        // address space, not memory

  /// Called by a thread before and after it waits for its write to be durable; may be empty.
  std::function<void()> before_wait, after_wait;

  std::function<std::int64_t()> now_ms;  // UTC; empty: the system's clock

  /// For tests: when set and positive, the database may have this many pages and then is "full".
  std::shared_ptr<std::atomic<std::int64_t>> pages_max;
};

}  // namespace server::storage::sqlite
