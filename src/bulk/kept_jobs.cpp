#include "src/bulk/kept_jobs.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include "src/jobs/job_id.h"
#include "src/jobs/message_file.h"
#include "src/jobs/work_off.h"
#include "src/operations/outcome.h"

namespace server::bulk {
namespace {

using jobs::now_utc_ms;
using jobs::random_id;
using Status = KeptState::Status;

constexpr std::string_view k_request = "request.json", k_answer = "answer";
constexpr int k_background_nice = 10;
constexpr unsigned k_good = 200, k_failed = 500;

std::uint64_t bytes_in(const std::filesystem::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const auto& one : std::filesystem::directory_iterator(folder, error)) {
    const auto size = one.file_size(error);
    if (!error) bytes += size;
  }
  return bytes;
}

void remove_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::remove_all(folder, error);
}

/// All but the request: what a run that was cut off has left.
void remove_files(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> found;
  for (const auto& one : std::filesystem::directory_iterator(folder, error)) {
    if (one.path().filename() != k_request) found.push_back(one.path());
  }
  for (const auto& path : found) std::filesystem::remove(path, error);
}

/// An exception ends the job, not the program.
template <class Make>
fhir::Result<Manifest> whatever_happens(const Make& make) try {
  return make();
} catch (const std::exception&) {
  return fhir::unexpected(
      fhir::make_issue(fhir::IssueType::exception, "The server failed while it worked"));
}

fhir::Unexpected<fhir::Issue> refuse(fhir::Situation situation, fhir::IssueType type,
                                     std::string text) {
  return fhir::unexpected(fhir::make_issue(situation, type, std::move(text)));
}

}  // namespace

KeptJobs::KeptJobs(KeptOptions options, Read read, Run run)
    : options_(std::move(options)), read_(std::move(read)), run_(std::move(run)) {
  load();
  thread_ = std::thread([this] { work(); });
}

void KeptJobs::begin_stop() {
  const Lock lock(mutex_);
  is_stopping_ = true;
  for (auto& [id, job] : jobs_) job->progress.is_cancelled = true;
  wake_.notify_all();
}

KeptJobs::~KeptJobs() {
  begin_stop();
  thread_.join();
}

void KeptJobs::load() {
  std::error_code error;
  std::filesystem::create_directories(options_.folder, error);
  ::chmod(options_.folder.c_str(), S_IRWXU);
  for (const auto& one : std::filesystem::directory_iterator(options_.folder, error))
    load_one(one.path());
  std::sort(waiting_.begin(), waiting_.end(), [&](const auto& a, const auto& b) {
    return jobs_.find(a)->second->ended_ms < jobs_.find(b)->second->ended_ms;
  });
}

void KeptJobs::load_one(const std::filesystem::path& folder) {
  auto asked = jobs::read_file(folder / k_request);
  auto request = asked ? read_(*std::move(asked)) : std::nullopt;
  if (!request) return remove_folder(folder);
  auto job = std::make_shared<Job>();
  job->is_accepted = true;
  job->owner = request->owner;
  job->ended_ms = request->accepted_ms;
  const std::string id = folder.filename().string();
  if (const auto text = jobs::read_file(folder / k_answer)) {
    const auto answer = jobs::read_response(*text);
    auto manifest = answer && answer->response.status == k_good
                        ? read_manifest(answer->response.body)
                        : fhir::Result<Manifest>(fhir::unexpected(fhir::Issue{}));
    job->status = manifest ? Status::done : Status::failed;
    job->ended_ms = answer ? answer->ended_ms : 0;
    job->bytes = bytes_in(folder);
    if (manifest) {
      job->manifest = *std::move(manifest);
    } else if (answer) {
      job->failure = answer->response.body;
    }
  } else {
    if (!options_.goes_on) remove_files(folder);
    job->bytes = bytes_in(folder);
    job->request = std::move(request->text);
    waiting_.push_back(id);
  }
  jobs_.emplace(id, std::move(job));
}

fhir::Result<std::string> KeptJobs::accept(KeptRequest request) {
  FHIR_TRY(place, reserve(request.owner));
  FHIR_CHECK(accept(*place, std::move(request)));
  return place->id();
}

fhir::Result<std::unique_ptr<KeptJobs::Place>> KeptJobs::reserve(const std::string& owner) {
  auto job = std::make_shared<Job>();
  job->owner = owner;
  const std::string id = random_id();
  {
    const Lock lock(mutex_);
    let_go(now_utc_ms());
    std::size_t open = 0, own = 0;
    for (const auto& [other_id, other] : jobs_) {
      if (other->status != Status::waiting && other->status != Status::running) continue;
      ++open;
      if (other->owner == owner) ++own;
    }
    const bool is_too_many = !owner.empty() && own >= options_.waiting_of_one_max;
    if (is_stopping_ || open >= options_.waiting_max || is_too_many)
      return refuse(fhir::Situation::throttled, fhir::IssueType::throttled,
                    is_too_many ? "Too many of your " + options_.what + "s are under way"
                                : "Too many " + options_.what + "s wait for those before them");
    jobs_.emplace(id, job);  // its place is taken before anything is written
  }
  std::unique_ptr<Place> place(new Place(*this, id, options_.folder / id));
  if (::mkdir(place->folder().c_str(), S_IRWXU) == 0) return place;
  return cannot_be_kept();
}

fhir::Unexpected<fhir::Issue> KeptJobs::cannot_be_kept() const {
  return refuse(fhir::Situation::unavailable, fhir::IssueType::no_store,
                "The " + options_.what + " cannot be kept until it is its turn");
}

/// The request's file is what makes it a job after a restart.
fhir::Result<void> KeptJobs::accept(const Place& place, KeptRequest request) {
  if (!jobs::write_file(place.folder() / k_request, request.text)) return cannot_be_kept();
  const Lock lock(mutex_);
  const JobPointer& job = jobs_.find(place.id())->second;
  job->ended_ms = request.accepted_ms;
  job->request = std::move(request.text);
  job->is_accepted = true;
  waiting_.push_back(place.id());
  wake_.notify_one();
  return {};
}

bool KeptJobs::take(const std::string& id, std::uint64_t bytes) {
  const Lock lock(mutex_);
  if (bytes_left() < bytes) return false;
  jobs_.find(id)->second->bytes += bytes;
  return true;
}

void KeptJobs::give_up(const std::string& id) {
  const Lock lock(mutex_);
  const auto found = jobs_.find(id);
  if (found == jobs_.end() || found->second->is_accepted) return;
  remove_folder(options_.folder / id);
  jobs_.erase(found);
}

/// Holds mutex_.
KeptJobs::JobPointer KeptJobs::job_of(std::string_view id, std::string_view owner) {
  let_go(now_utc_ms());
  const auto found = jobs_.find(id);
  const bool is_theirs =
      found != jobs_.end() && found->second->is_accepted && found->second->owner == owner;
  return is_theirs ? found->second : nullptr;
}

std::optional<KeptState> KeptJobs::find(std::string_view id, std::string_view owner) {
  const Lock lock(mutex_);
  const JobPointer job = job_of(id, owner);
  if (job == nullptr) return std::nullopt;
  const std::int64_t second = now_utc_ms() / 1000;
  if (std::exchange(job->polled_second, second) != second) job->polls = 0;
  KeptState state;
  state.status = job->status;
  state.is_asked_too_often = ++job->polls > options_.polls_max;
  state.done = job->progress.done;
  state.total = job->progress.total;
  state.before =
      static_cast<std::size_t>(std::find(waiting_.begin(), waiting_.end(), id) - waiting_.begin());
  state.expires_ms = job->ended_ms + options_.kept_for.count();
  state.manifest = job->manifest;
  state.failure = job->failure;
  return state;
}

std::optional<KeptJobs::FoundFile> KeptJobs::find_file(std::string_view id, std::string_view name,
                                                       std::string_view owner) {
  const Lock lock(mutex_);
  const JobPointer job = job_of(id, owner);
  if (job == nullptr) return std::nullopt;
  for (const ExportedFile& file : job->manifest.files) {
    if (!name.empty() && file.name == name)
      return FoundFile{options_.folder / std::string(id) / file.name, file.kind, job->ended_ms};
  }
  return std::nullopt;
}

bool KeptJobs::remove(std::string_view id, std::string_view owner) {
  const Lock lock(mutex_);
  const JobPointer job = job_of(id, owner);
  if (job == nullptr) return false;
  job->progress.is_cancelled = true;
  std::erase(waiting_, id);
  // What runs takes its files away by itself, when it has stopped; without its request it does not
  // begin anew should the program end before.
  const std::filesystem::path folder = options_.folder / std::string(id);
  std::error_code error;
  if (job->status == Status::running) std::filesystem::remove(folder / k_request, error);
  if (job->status != Status::running) remove_folder(folder);
  jobs_.erase(jobs_.find(id));
  return true;
}

void KeptJobs::work() {
  // Of the thread alone: requests come first.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), k_background_nice);
  jobs::work_off(
      jobs::Line<JobPointer>{mutex_, wake_, is_stopping_, waiting_, jobs_}, options_.kept_for,
      [this](std::int64_t utc_ms) { let_go(utc_ms); },
      [this](Lock& lock, const std::string& id, const JobPointer& job) { run(lock, id, job); });
}

/// Holds mutex_.
std::uint64_t KeptJobs::bytes_left() const {
  std::uint64_t taken = 0;
  for (const auto& [id, job] : jobs_) taken += job->bytes;
  return taken < options_.bytes_max ? options_.bytes_max - taken : 0;
}

void KeptJobs::run(Lock& lock, const std::string& id, const JobPointer& job) {
  job->status = Status::running;
  const std::uint64_t bytes_max = bytes_left();
  lock.unlock();
  const auto make = [&] {
    return run_(job->request, options_.folder / id, bytes_max, job->progress);
  };
  fhir::Result<Manifest> made = whatever_happens(make);
  lock.lock();
  if (jobs_.find(id) == jobs_.end()) return remove_folder(options_.folder / id);
  if (job->progress.is_cancelled) return;  // stopped: it begins anew with the next start
  keep_end(lock, id, *job, std::move(made));
}

/// The answer's file is what makes it one: until it is there, there are no files to ask for.
void KeptJobs::keep_end(Lock& lock, const std::string& id, Job& job, fhir::Result<Manifest> made) {
  const std::filesystem::path folder = options_.folder / id;
  lock.unlock();
  http::Response answer;
  if (!made) remove_files(folder);
  answer.status = made ? k_good : k_failed;
  answer.body = made ? to_json(*made, "") : operations::outcome_json(std::span(&made.error(), 1));
  const std::int64_t ended_ms = now_utc_ms();
  const bool is_kept = jobs::write_file(folder / k_answer, jobs::to_text(answer, ended_ms));
  if (!is_kept) {
    const fhir::Issue issue = fhir::make_issue(
        fhir::IssueType::no_store, "The files of the " + options_.what + " cannot be written");
    answer.body = operations::outcome_json(std::span(&issue, 1));
    remove_files(folder);
  }
  const std::uint64_t bytes = bytes_in(folder);
  lock.lock();
  if (jobs_.find(id) == jobs_.end()) return remove_folder(folder);
  job.request = {};
  job.ended_ms = ended_ms;
  job.bytes = bytes;
  job.status = made && is_kept ? Status::done : Status::failed;
  if (job.status == Status::done) {
    job.manifest = *std::move(made);
  } else {
    job.failure = std::move(answer.body);
  }
}

/// What has been kept long enough. Holds mutex_.
void KeptJobs::let_go(std::int64_t now_ms) {
  for (auto at = jobs_.begin(); at != jobs_.end();) {
    const Job& job = *at->second;
    const bool has_ended = job.status == Status::done || job.status == Status::failed;
    if (!has_ended || job.ended_ms + options_.kept_for.count() > now_ms) {
      ++at;
      continue;
    }
    remove_folder(options_.folder / at->first);
    at = jobs_.erase(at);
  }
}

}  // namespace server::bulk
