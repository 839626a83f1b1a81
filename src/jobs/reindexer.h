// Brings the search index of what is stored up to date, in the background: a thread that goes
// through the resources of a type in small steps, rests as long as it worked, keeps its place in
// the store, and goes on from there after a restart. Started by $reindex, and by itself when a
// search parameter arrives or changes. https://hl7.org/fhir/R4/searchparameter.html
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "src/jobs/known_parameters.h"
#include "src/jobs/reindex_job.h"
#include "src/search/query.h"
#include "src/storage/store.h"

namespace fhir {
class DefinitionStore;
}

namespace server::jobs {

/// Thread-safe.
class Reindexer {
 public:
  using Log = std::function<void(const std::string& line)>;
  /// How bodies are indexed by the definitions that are in force when it is called.
  using Indexing = std::function<search::IndexOf()>;

  /// store, indexing   what they refer to outlives this
  /// log               told when a step fails again and again; may be empty
  Reindexer(storage::Store& store, Indexing indexing, Log log = {});
  /// Stops within a step; what is unfinished goes on at the next start.
  ~Reindexer();
  Reindexer(const Reindexer&) = delete;
  Reindexer& operator=(const Reindexer&) = delete;

  /// Reads what an earlier run left, and begins to work. Once.
  ///
  /// definitions   in force now
  fhir::Result<void> run(const fhir::DefinitionStore& definitions);

  /// Queues the resources of these types.
  ///
  /// returns   the id of the job
  /// errors    throttled: too many jobs wait
  fhir::Result<std::string> start(std::vector<std::string> types);
  /// Newest last; the unfinished, and the last of the others.
  std::vector<ReindexJob> jobs() const;
  std::optional<ReindexJob> job(std::string_view id) const;
  /// False: there is no such job that has not ended.
  bool cancel(std::string_view id);

  /// Tells of definitions that are in force now: parameters that are new or changed get a job.
  ///
  /// earlier   what requests that began before still index by: the job begins when none holds it
  void definitions_changed(const fhir::DefinitionStore& definitions,
                           std::weak_ptr<const void> earlier);
  /// Which criterion or sort key of a query has an index that is not complete; nothing when all
  /// are. Costs nothing while no parameter waits.
  std::optional<fhir::Issue> incomplete(const search::Query& query) const;

 private:
  using Lock = std::unique_lock<std::mutex>;

  void work();
  ReindexJob* next();
  ReindexJob* find(std::string_view id);
  /// False: nothing could be done now. The lock is open meanwhile.
  bool step(Lock& lock, ReindexJob& next);
  void note_failure(ReindexJob& job, std::string problem);
  std::chrono::steady_clock::duration pause_of(std::string_view job) const;
  void rest(Lock& lock, std::chrono::steady_clock::duration time);
  void save(Lock& lock, bool is_due);
  std::uint64_t count_of(const std::vector<std::string>& types) const;
  void add(std::vector<std::string> types, std::vector<std::string> parameters);
  void note_waiting();

  storage::Store& store_;
  const Indexing indexing_;
  const Log log_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<ReindexJob> jobs_;
  KnownParameters known_;
  bool is_changed_ = false;  // jobs_ differ from what is stored
  bool are_known_changed_ = false;
  std::chrono::steady_clock::time_point saved_{};
  bool stopping_ = false;
  std::vector<std::weak_ptr<const void>> earlier_;  // what may still index a write
  std::atomic<bool> any_waiting_ = false;
  std::thread thread_;
};

}  // namespace server::jobs
