// Writes events down, one after the other, behind the requests that they are about.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "src/audit/chain.h"
#include "src/audit/occurrence.h"
#include "src/rest/snapshot_source.h"
#include "src/storage/store.h"

namespace server::audit {

struct RecorderOptions {
  std::string server;  // URL of the FHIR endpoint
  /// Of events that wait, about; what comes past it is lost, and counted.
  std::size_t waiting_bytes_max = std::size_t{64} << 20;
  std::size_t batch_max = 500;                       // events in one write
  std::chrono::milliseconds retry_after{1000};       // when the store does not take them
  std::function<void(const std::string&)> complain;  // a line for the log; may be empty
  std::chrono::milliseconds patience{2000};          // of record_before_answer()
  std::function<void()> before_wait, after_wait;     // what a thread does around it; may be empty
};

/// How the trail fares since the start.
struct RecorderFigures {
  std::uint64_t written = 0;   // events, each tied to the one before and durable
  std::uint64_t waiting = 0;   // events
  std::uint64_t failures = 0;  // of tries to write some
  std::uint64_t lost = 0;      // events that could not be kept; the trail tells how many
};

/// Never holds up a request: what cannot be kept is lost, and the next event tells how many were.
class Recorder {
 public:
  /// Goes on where the chain ends.
  ///
  /// snapshots, store   outlive this; the store takes what a client may not write
  /// errors   security: the head is not ours, or the event that it names is not there · of the
  /// store
  static fhir::Result<std::unique_ptr<Recorder>> start(RecorderOptions options, Chain chain,
                                                       rest::SnapshotSource& snapshots,
                                                       storage::Store& store);
  /// Writes what waits, for a moment at most.
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Thread-safe; does not wait.
  void record(Occurrence occurrence);
  /// The same for a change that nobody has been told of yet: returns once the event is durable, so
  /// that no change was acknowledged that the trail lacks, whatever kills the process. Where the
  /// store takes no events, or not soon, it returns all the same. Thread-safe.
  void record_before_answer(Occurrence occurrence);
  /// Tells of one that could not even be recorded. Thread-safe.
  void lose();

  /// Thread-safe.
  RecorderFigures figures() const;

  /// The definitions in force.
  std::shared_ptr<const rest::Snapshot> snapshot() const { return snapshots_.present(); }

 private:
  Recorder(RecorderOptions options, Chain chain, rest::SnapshotSource& snapshots,
           storage::Store& store);
  fhir::Result<void> find_end();
  /// Its number, from 1, among those that were taken; 0: it was not.
  std::uint64_t push(Occurrence occurrence);
  void work();
  /// lost      before the batch; afterwards what no event has told yet
  /// returns   how many events were made of the batch
  fhir::Result<std::size_t> write(const std::deque<Occurrence>& batch, std::uint64_t& lost);
  fhir::Result<storage::Write> write_of(const Occurrence& occurrence, Link& link,
                                        const rest::Snapshot& snapshot) const;

  const RecorderOptions options_;
  const Chain chain_;
  rest::SnapshotSource& snapshots_;
  storage::Store& store_;
  Link last_;  // of the worker alone, once it runs
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Occurrence> waiting_;  // guarded by mutex_
  std::size_t waiting_bytes_ = 0;   // guarded by mutex_
  std::uint64_t lost_ = 0;          // guarded by mutex_
  std::condition_variable written_wake_;
  std::uint64_t pushed_ = 0;   // guarded by mutex_
  std::uint64_t written_ = 0;  // of those; guarded by mutex_
  std::uint64_t unmade_ = 0;   // of those, of which no event could be made; guarded by mutex_
  std::uint64_t failures_ = 0, lost_ever_ = 0;  // guarded by mutex_
  bool is_failing_ = false;                     // the last try did; guarded by mutex_
  bool is_stopping_ = false;                    // guarded by mutex_
  std::thread worker_;
};

inline constexpr std::string_view k_head_note = "audit-head";

}  // namespace server::audit
