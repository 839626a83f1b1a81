// Exports or imports that wait, run one after the other in the background, and are kept for a
// while. https://hl7.org/fhir/uv/bulkdata/STU2/export.html#sequence-overview
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

#include "fhir/base/result.h"
#include "src/bulk/manifest.h"
#include "src/jobs/progress.h"

namespace server::bulk {

struct KeptOptions {
  std::filesystem::path folder;                       // made when absent; of this alone
  std::chrono::milliseconds kept_for{24 * 3600'000};  // from its end
  std::size_t waiting_max = 50;
  std::size_t waiting_of_one_max = 5;                 // of one owner, the running one too
  std::uint64_t bytes_max = std::uint64_t{16} << 30;  // of all together
  unsigned polls_max = 20;                            // of one job's state in a second
  std::string what = "export";                        // in what is told
  /// Whether a run that was cut off is gone on with; else its files are taken away.
  bool goes_on = false;
};

/// A job as it was asked for.
struct KeptRequest {
  std::string owner;
  std::int64_t accepted_ms = 0;  // UTC
  std::string text;              // all else, as `read` reads it again
};

/// Where a job stands.
struct KeptState {
  enum class Status : std::uint8_t { waiting, running, done, failed };
  Status status = Status::waiting;
  std::size_t before = 0;   // waiting: how many are before it
  std::uint32_t done = 0;   // running: resources written,
  std::uint32_t total = 0;  // of about how many; 0: nobody knows
  bool is_asked_too_often = false;
  std::int64_t expires_ms = 0;  // done, failed: UTC
  Manifest manifest;            // done; without the URLs' beginning
  std::string failure;          // failed: an OperationOutcome
};

/// A request is kept on the disk from accept() on. What had not ended when the program did begins
/// anew with the next start, or goes on: no half file is ever shown. Whoever is not the owner of a
/// job does not find it.
///
/// threads   any
class KeptJobs {
 public:
  /// Does the work in the job's folder; must not throw. Stops soon after `is_cancelled`.
  ///
  /// bytes_max   what its files may come to
  using Run = std::function<fhir::Result<Manifest>(const std::string& request,
                                                   const std::filesystem::path& folder,
                                                   std::uint64_t bytes_max, jobs::Progress&)>;
  /// What KeptRequest::text says of owner and time; nothing when it is no such text.
  using Read = std::function<std::optional<KeptRequest>(std::string text)>;

  KeptJobs(KeptOptions options, Read read, Run run);
  /// Tells what runs to stop, and waits for it.
  ~KeptJobs();
  /// Begins nothing more, and tells what runs to stop, without a wait for it.
  void begin_stop();
  KeptJobs(const KeptJobs&) = delete;
  KeptJobs& operator=(const KeptJobs&) = delete;

  /// returns   the id of the job, which nobody can guess
  /// errors    throttled (429): too many wait · no-store: it cannot be kept
  fhir::Result<std::string> accept(KeptRequest request);

  /// A job before it is accepted: its place among those that wait is taken, and its folder is there
  /// for what belongs to the request. Nobody finds it yet. It goes when it is let go of, and with
  /// the end of the program. Outlived by the jobs.
  class Place {
   public:
    ~Place() { jobs_.give_up(id_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    const std::string& id() const { return id_; }
    const std::filesystem::path& folder() const { return folder_; }
    /// Tells that so many bytes more are to be in the folder.
    ///
    /// returns   false: there is no room for them among the files of all jobs
    bool take(std::uint64_t bytes) { return jobs_.take(id_, bytes); }

   private:
    friend class KeptJobs;
    Place(KeptJobs& jobs, std::string id, std::filesystem::path folder)
        : jobs_(jobs), id_(std::move(id)), folder_(std::move(folder)) {}
    KeptJobs& jobs_;
    const std::string id_;
    const std::filesystem::path folder_;
  };
  /// errors   throttled (429): too many wait · no-store: the folder cannot be made
  fhir::Result<std::unique_ptr<Place>> reserve(const std::string& owner);
  /// From now on it is a job as any other.
  ///
  /// errors   no-store: it cannot be kept
  fhir::Result<void> accept(const Place& place, KeptRequest request);

  /// Nothing when there is no such job, or no longer.
  std::optional<KeptState> find(std::string_view id, std::string_view owner);

  /// Where a file of an ended job lies. Only names of the manifest are known.
  struct FoundFile {
    std::filesystem::path path;
    FileKind kind;
    std::int64_t ended_ms;
  };
  std::optional<FoundFile> find_file(std::string_view id, std::string_view name,
                                     std::string_view owner);

  /// Cancels a job, or lets its files go; false: there is none.
  bool remove(std::string_view id, std::string_view owner);

 private:
  struct Job {
    KeptState::Status status = KeptState::Status::waiting;
    bool is_accepted = false;
    std::string owner;
    std::string request;  // until it has ended
    jobs::Progress progress;
    std::int64_t ended_ms = 0;  // before that: when it was accepted
    std::uint64_t bytes = 0;    // of its files
    Manifest manifest;
    std::string failure;
    std::int64_t polled_second = 0;
    unsigned polls = 0;
  };
  using Lock = std::unique_lock<std::mutex>;
  using JobPointer = std::shared_ptr<Job>;

  bool take(const std::string& id, std::uint64_t bytes);
  void give_up(const std::string& id);
  void load();
  void load_one(const std::filesystem::path& folder);
  JobPointer job_of(std::string_view id, std::string_view owner);
  void work();
  void run(Lock& lock, const std::string& id, const JobPointer& job);
  void keep_end(Lock& lock, const std::string& id, Job& job, fhir::Result<Manifest> made);
  void let_go(std::int64_t now_ms);
  std::uint64_t bytes_left() const;
  fhir::Unexpected<fhir::Issue> cannot_be_kept() const;

  const KeptOptions options_;
  const Read read_;
  const Run run_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, JobPointer, std::less<>> jobs_;  // guarded by mutex_
  std::deque<std::string> waiting_;                      // guarded by mutex_
  bool is_stopping_ = false;                             // guarded by mutex_
  std::thread thread_;
};

}  // namespace server::bulk
