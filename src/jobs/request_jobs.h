// Requests that are answered later: taken in, done one after the other by a few threads, their
// answers kept for a while. https://hl7.org/fhir/R4/async.html
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "fhir/base/result.h"
#include "src/http/message.h"
#include "src/jobs/progress.h"

namespace server::jobs {

struct RequestJobOptions {
  std::filesystem::path folder;  // where requests and answers are kept; empty: in memory only
  unsigned threads = 2;
  std::size_t waiting_max = 100;
  std::size_t waiting_of_one_max = 25;                       // of one owner, when they have one
  std::uint64_t waiting_bytes_max = std::uint64_t{1} << 30;  // of requests, running ones too
  std::size_t kept_max = 1000;                            // answers; past it the oldest is let go
  std::uint64_t kept_bytes_max = std::uint64_t{4} << 30;  // the same
  std::chrono::seconds run_max{600};             // the deadline of a request, from its beginning
  std::chrono::milliseconds kept_for{3600'000};  // an answer, from its end
};

/// Where a job stands.
struct RequestJob {
  enum class Status : std::uint8_t {
    waiting,
    running,
    done,
    lost  // the program ended while it ran: nobody knows how far it came
  };
  Status status = Status::waiting;
  std::size_t before = 0;        // waiting: how many are before it
  std::uint32_t done = 0;        // running: parts that are done,
  std::uint32_t total = 0;       // of how many; 0: they are not counted
  std::int64_t expires_ms = 0;   // done, lost: UTC milliseconds
  http::Response response = {};  // done
};

/// What waits outlives the process, and so do answers. What runs is told to stop when the process
/// ends, at the latest with its next question to the store; it is run again by the next one where
/// that changes nothing (a GET, a search by POST), and is lost otherwise. A batch that stops so is
/// answered: each entry says whether it was done. Secrets are not kept: a request that needs a
/// token and waited through a restart is answered as one without.
///
/// Owners are words of letters and digits; whoever is not the owner of a job does not find it.
///
/// threads   any
class RequestJobs {
 public:
  /// Must not throw. The request's deadline is set.
  using Run = std::function<http::Response(http::Request&, Progress&)>;

  RequestJobs(RequestJobOptions options, Run run);
  /// Tells what runs to stop, and waits for it.
  ~RequestJobs();
  /// Begins nothing more, and tells what a later process runs again to stop, without a wait for it.
  /// What would be lost goes on until the end of this.
  void begin_stop();
  RequestJobs(const RequestJobs&) = delete;
  RequestJobs& operator=(const RequestJobs&) = delete;

  /// returns   the id of the job, which nobody can guess
  /// errors    transient (503): too many wait · no-store: the request cannot be kept
  fhir::Result<std::string> accept(http::Request request, std::string_view owner = {});

  /// Nothing when there is no such job, or no longer.
  std::optional<RequestJob> find(std::string_view id, std::string_view owner = {});

  /// Cancels a job, or lets its answer go; false: there is no such job.
  bool remove(std::string_view id, std::string_view owner = {});

 private:
  struct Job {
    RequestJob::Status status = RequestJob::Status::waiting;
    http::Request request;  // while it waits only when there is no folder
    bool is_safe = false;   // the request changes nothing
    Progress progress;
    http::Response response;    // when there is no folder
    std::int64_t ended_ms = 0;  // before that: when it was accepted
    std::uint64_t order = 0;    // among those that ended in one millisecond
    std::uint64_t bytes = 0;    // of the request; then of the answer
  };
  using Lock = std::unique_lock<std::mutex>;

  void load();
  void load_file(const std::filesystem::path& path);
  fhir::Result<void> check_room(std::uint64_t bytes, std::string_view owner) const;
  void work();
  void run(Lock& lock, const std::string& id, const std::shared_ptr<Job>& job);
  bool begin(const std::string& id, Job& job);
  void let_go(std::int64_t now_ms);
  void remove_files(std::string_view id);
  std::filesystem::path file(std::string_view id, std::string_view kind) const;

  const RequestJobOptions options_;
  const Run run_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, std::shared_ptr<Job>, std::less<>> jobs_;  // guarded by mutex_
  std::deque<std::string> waiting_;                                // guarded by mutex_
  std::uint64_t ended_count_ = 0;                                  // guarded by mutex_
  bool is_stopping_ = false;                                       // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace server::jobs
