#include "src/jobs/request_jobs.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "src/jobs/job_id.h"
#include "src/jobs/message_file.h"
#include "src/jobs/work_off.h"

namespace server::jobs {
namespace {

using Status = RequestJob::Status;

constexpr std::string_view k_waiting = ".request", k_running = ".running", k_done = ".response";
constexpr unsigned k_failed_by_the_end = 500;  // what stops in the middle says a status of 5xx

/// The owner is part of the id, so that the files tell it too.
bool is_of(std::string_view id, std::string_view owner) {
  const std::size_t dash = id.find('-');
  return owner == (dash == std::string_view::npos ? std::string_view{} : id.substr(dash + 1));
}

std::uint64_t size_of(const http::Request& request) {
  std::uint64_t bytes = request.target.size() + request.body.size();
  for (const auto& [name, value] : request.headers.fields()) bytes += name.size() + value.size();
  return bytes;
}

/// Whether a request changes nothing. "The search operation … SHALL be treated as idempotent":
/// https://hl7.org/fhir/R4/http.html#search
bool is_safe(const http::Request& request) {
  if (request.method == http::Method::get || request.method == http::Method::head) return true;
  const std::string_view path =
      std::string_view(request.target).substr(0, request.target.find('?'));
  return request.method == http::Method::post && path.ends_with("/_search");
}

fhir::Unexpected<fhir::Issue> refuse(fhir::Situation situation, fhir::IssueType type,
                                     std::string text) {
  return fhir::unexpected(fhir::make_issue(situation, type, std::move(text)));
}

}  // namespace

RequestJobs::RequestJobs(RequestJobOptions options, Run run)
    : options_(std::move(options)), run_(std::move(run)) {
  load();
  for (unsigned i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work(); });
}

void RequestJobs::begin_stop() {
  const Lock lock(mutex_);
  is_stopping_ = true;
  for (auto& [id, job] : jobs_) {
    if (job->is_safe) job->progress.is_cancelled = true;
  }
  wake_.notify_all();
}

RequestJobs::~RequestJobs() {
  {
    const Lock lock(mutex_);
    is_stopping_ = true;
    for (auto& [id, job] : jobs_) job->progress.is_cancelled = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

std::filesystem::path RequestJobs::file(std::string_view id, std::string_view kind) const {
  return options_.folder / std::string(id).append(kind);
}

void RequestJobs::load() {
  if (options_.folder.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(options_.folder, error);
  std::vector<std::filesystem::path> found;
  for (const auto& one : std::filesystem::directory_iterator(options_.folder, error))
    found.push_back(one.path());
  // Answers last: what has one has ended, whatever else the end of the process left of it.
  std::stable_partition(found.begin(), found.end(),
                        [](const auto& path) { return path.extension() != k_done; });
  for (const auto& path : found) load_file(path);
  std::erase_if(waiting_, [&](const std::string& id) {
    return jobs_.find(id)->second->status != Status::waiting;
  });
  // In the order in which they came.
  std::sort(waiting_.begin(), waiting_.end(), [&](const auto& a, const auto& b) {
    return jobs_.find(a)->second->ended_ms < jobs_.find(b)->second->ended_ms;
  });
}

void RequestJobs::load_file(const std::filesystem::path& path) {
  const std::string id = path.stem().string();
  const std::string kind = path.extension().string();
  auto job = std::make_shared<Job>();
  const auto text = read_file(path);
  job->bytes = text ? text->size() : 0;
  if (kind == k_done) {
    const auto stored = text ? read_response(*text) : std::nullopt;
    job->status = Status::done;
    job->ended_ms = stored ? stored->ended_ms : 0;
  } else if (kind == k_waiting || kind == k_running) {
    auto stored = text ? read_request(*text) : std::nullopt;
    const bool may_run = stored && (kind == k_waiting || is_safe(stored->request));
    job->is_safe = stored && is_safe(stored->request);
    job->status = may_run ? Status::waiting : Status::lost;
    job->ended_ms = may_run ? stored->accepted_ms : now_utc_ms();
    if (may_run) {
      std::error_code error;
      std::filesystem::rename(path, file(id, k_waiting), error);
      waiting_.push_back(id);
    }
  } else {
    std::error_code error;
    std::filesystem::remove(path, error);  // a part of a file
    return;
  }
  jobs_.insert_or_assign(id, std::move(job));
}

/// Holds mutex_.
fhir::Result<void> RequestJobs::check_room(std::uint64_t bytes, std::string_view owner) const {
  std::uint64_t taken = bytes;
  for (const auto& [id, job] : jobs_) {
    if (job->status == Status::waiting || job->status == Status::running) taken += job->bytes;
  }
  if (is_stopping_ || waiting_.size() >= options_.waiting_max || taken > options_.waiting_bytes_max)
    return refuse(fhir::Situation::unavailable, fhir::IssueType::transient,
                  "Too many requests wait for those before them");
  if (owner.empty()) return {};
  const auto own = std::count_if(waiting_.begin(), waiting_.end(),
                                 [&](const std::string& id) { return is_of(id, owner); });
  if (static_cast<std::size_t>(own) < options_.waiting_of_one_max) return {};
  return refuse(fhir::Situation::unavailable, fhir::IssueType::transient,
                "Too many of your requests wait for those before them");
}

fhir::Result<std::string> RequestJobs::accept(http::Request request, std::string_view owner) {
  std::string id = random_id();
  if (!owner.empty()) id.append("-").append(owner);
  auto job = std::make_shared<Job>();
  job->request = std::move(request);
  job->is_safe = is_safe(job->request);
  job->ended_ms = now_utc_ms();
  job->bytes = size_of(job->request);
  {
    // Its place is taken before the file is written: many at once are not more than fit.
    const Lock lock(mutex_);
    let_go(job->ended_ms);
    FHIR_CHECK(check_room(job->bytes, owner));
    jobs_.emplace(id, job);
  }
  const bool is_kept = options_.folder.empty() ||
                       write_file(file(id, k_waiting), to_text(job->request, job->ended_ms));
  const Lock lock(mutex_);
  if (!is_kept) {
    remove_files(id);
    jobs_.erase(id);
    return refuse(fhir::Situation::unavailable, fhir::IssueType::no_store,
                  "The request cannot be kept until it is its turn");
  }
  if (!options_.folder.empty()) keep_secrets_alone(job->request);
  waiting_.push_back(id);
  wake_.notify_one();
  return id;
}

std::optional<RequestJob> RequestJobs::find(std::string_view id, std::string_view owner) {
  Lock lock(mutex_);
  let_go(now_utc_ms());
  const auto found = jobs_.find(id);
  if (found == jobs_.end() || !is_of(id, owner)) return std::nullopt;
  const Job& job = *found->second;
  RequestJob state;
  state.status = job.status;
  state.done = job.progress.done;
  state.total = job.progress.total;
  state.expires_ms = job.ended_ms + options_.kept_for.count();
  const auto place = std::find(waiting_.begin(), waiting_.end(), id);
  state.before = static_cast<std::size_t>(place - waiting_.begin());
  if (job.status != Status::done) return state;
  if (options_.folder.empty()) {
    state.response = job.response;
    return state;
  }
  lock.unlock();  // answers may be large
  const auto text = read_file(file(id, k_done));
  auto stored = text ? read_response(*text) : std::nullopt;
  if (stored) {
    state.response = std::move(stored->response);
    return state;
  }
  lock.lock();
  if (jobs_.find(id) == jobs_.end()) return std::nullopt;  // let go meanwhile
  state.status = Status::lost;
  return state;
}

bool RequestJobs::remove(std::string_view id, std::string_view owner) {
  const Lock lock(mutex_);
  const auto found = jobs_.find(id);
  if (found == jobs_.end() || !is_of(id, owner)) return false;
  found->second->progress.is_cancelled = true;
  std::erase(waiting_, id);
  remove_files(id);
  jobs_.erase(found);
  return true;
}

void RequestJobs::work() {
  using JobPointer = std::shared_ptr<Job>;
  // Answers hold what patients would rather not have kept.
  work_off(
      Line<JobPointer>{mutex_, wake_, is_stopping_, waiting_, jobs_}, options_.kept_for,
      [this](std::int64_t utc_ms) { let_go(utc_ms); },
      [this](Lock& lock, const std::string& id, const JobPointer& job) { run(lock, id, job); });
}

/// Holds no lock. False: the request is not to be read any more.
bool RequestJobs::begin(const std::string& id, Job& job) {
  if (options_.folder.empty()) return true;
  std::error_code error;
  std::filesystem::rename(file(id, k_waiting), file(id, k_running), error);
  const auto text = read_file(file(id, k_running));
  auto stored = text ? read_request(*text) : std::nullopt;
  if (!stored) return false;
  for (const auto& [name, value] : job.request.headers.fields())
    stored->request.headers.add(name, value);
  stored->request.id = std::move(job.request.id);
  stored->request.remote_address = std::move(job.request.remote_address);
  stored->request.secure = job.request.secure;
  job.request = std::move(stored->request);
  return true;
}

void RequestJobs::run(Lock& lock, const std::string& id, const std::shared_ptr<Job>& job) {
  job->status = Status::running;
  lock.unlock();
  const bool has_begun = begin(id, *job);
  http::Response response;
  if (has_begun) {
    job->request.deadline = std::chrono::steady_clock::now() + options_.run_max;
    response = run_(job->request, job->progress);
  }
  job->request = {};
  const std::int64_t ended_ms = now_utc_ms();
  std::string text;
  if (has_begun && !options_.folder.empty()) text = to_text(response, ended_ms);
  lock.lock();
  const auto is_wanted = [&] { return jobs_.find(id) != jobs_.end(); };
  // Stopped half-way: the next start finds it as what ran when the program ended.
  const bool is_half_done =
      job->progress.done < job->progress.total || response.status >= k_failed_by_the_end;
  if (!is_wanted() || (is_stopping_ && is_half_done)) {
    if (!is_wanted()) remove_files(id);
    return;
  }
  bool is_kept = has_begun;
  if (has_begun && !options_.folder.empty()) {
    lock.unlock();  // nobody waits for the disk who asks for another
    is_kept = write_file(file(id, k_done), text);
    std::error_code error;
    if (is_kept) std::filesystem::remove(file(id, k_running), error);
    lock.lock();
    if (!is_wanted()) return remove_files(id);
  }
  job->ended_ms = ended_ms;
  job->order = ++ended_count_;
  job->bytes = options_.folder.empty() ? response.body.size() : text.size();
  job->status = is_kept ? Status::done : Status::lost;
  if (options_.folder.empty()) job->response = std::move(response);
}

/// What has been kept long enough, and the oldest of too many.
void RequestJobs::let_go(std::int64_t now_ms) {
  std::vector<std::tuple<std::int64_t, std::uint64_t, std::string>> ended;
  std::uint64_t bytes = 0;
  for (const auto& [id, job] : jobs_) {
    if (job->status != Status::done && job->status != Status::lost) continue;
    ended.emplace_back(job->ended_ms, job->order, id);
    bytes += job->bytes;
  }
  std::sort(ended.begin(), ended.end());
  std::size_t left = ended.size();
  for (const auto& [ended_ms, order, id] : ended) {
    const bool are_few = left <= options_.kept_max && bytes <= options_.kept_bytes_max;
    if (ended_ms + options_.kept_for.count() > now_ms && are_few) break;
    bytes -= jobs_.find(id)->second->bytes;
    remove_files(id);
    jobs_.erase(id);
    --left;
  }
}

void RequestJobs::remove_files(std::string_view id) {
  if (options_.folder.empty()) return;
  for (std::string_view kind : {k_waiting, k_running, k_done}) {
    std::error_code error;
    std::filesystem::remove(file(id, kind), error);
  }
}

}  // namespace server::jobs
