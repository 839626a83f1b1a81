// The one writer: a thread, its connection, and the queue before it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "src/storage/sqlite/batch_writer.h"
#include "src/storage/sqlite/options.h"
#include "src/storage/sqlite/reader_pool.h"
#include "src/storage/sqlite/text_catch_up.h"

namespace server::storage::sqlite {

/// Takes all batches that wait into one transaction, each whole or not at all, and answers every
/// caller once the commit is durable: many callers share one fsync, a single caller waits for
/// nobody.
class Writer final : public TextCatchUp {
 public:
  using Answer = fhir::Result<Store::Outcome, Store::Failure>;

  /// readers   are told of commits, and asked to make room when the log is written back
  Writer(std::unique_ptr<Connection> connection, BodyCodec& bodies, Dictionary& dictionary,
         ReaderPool& readers, const Clock& clock, const SqliteOptions& options,
         std::int64_t newest_time);
  /// Answers what is in the queue, then writes the log back into the file.
  ~Writer() override;

  /// Blocks until durable. Thread-safe.
  Answer write(std::vector<Write> writes);

  /// Returns once the words of all that was committed before are indexed.
  ///
  /// errors   transient: they are not within a few seconds, or before the deadline; or many
  ///          resources are left and others wait for them already
  fhir::Result<void> catch_up(std::chrono::steady_clock::time_point deadline) override;

  /// Blocks until durable. Thread-safe.
  Answer put_note(std::string_view name, std::string_view text);

  /// Whether the last commit succeeded; after a failure tries a small one. Thread-safe.
  bool is_healthy();

 private:
  struct Job {
    std::vector<Write> writes;
    std::size_t bytes = 0;
    bool is_probe = false;
    bool is_text = false;  // index the words of what is due
    std::optional<std::pair<std::string, std::string>> note;
    std::promise<Answer> promise;
    Answer answer = Store::Outcome{};
  };
  using Group = std::vector<std::unique_ptr<Job>>;

  Answer enqueue(std::unique_ptr<Job> job);
  void run();
  Group take_group();
  void commit(Group& group);
  fhir::Result<void> try_commit(Group& group);
  /// Savepoints make SQLite copy each page before its first change: they are used only once a batch
  /// has failed half-way.
  enum class Isolation : unsigned char { none, savepoints };
  fhir::Result<bool> apply_all(Group& group, Isolation isolation);
  fhir::Result<void> apply(Job& job);
  fhir::Result<void> apply_text();
  void index_text_when_idle();
  fhir::Result<void> put_setting(std::string_view name, std::string_view text);
  void apply_test_limit();
  bool write_back();
  void checkpoint_if_due();
  void checkpoint_when_idle();

  std::unique_ptr<Connection> connection_;
  Dictionary& dictionary_;
  ReaderPool& readers_;
  const SqliteOptions& options_;
  Names names_;
  TextIndexer text_;
  BatchWriter batch_;
  std::atomic<std::int64_t> text_due_ = -1;  // as committed; -1: nobody has asked for a text yet
  std::atomic<int> text_waiting_ = 0;        // searches in catch_up()
  int log_pages_ = 0;  // of the WAL after the last commit that are not known to be written back
  std::int64_t pages_max_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Job>> queue_;
  std::size_t queue_bytes_ = 0;
  bool stopping_ = false;
  std::atomic<bool> failed_ = false;
  std::thread thread_;  // last: starts when all else stands
};

}  // namespace server::storage::sqlite
