#include "src/jobs/request_jobs.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <utility>

#include "src/jobs/message_file.h"

namespace server::jobs {
namespace {

using Status = RequestJob::Status;

constexpr std::string_view k_waiting = ".request", k_running = ".running", k_done = ".response";

std::int64_t now_utc_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string random_id() {
  std::random_device source;
  std::string id;
  for (int i = 0; i < 4; ++i) {
    std::array<char, 9> digits{};
    std::snprintf(digits.data(), digits.size(), "%08x", source());
    id += digits.data();
  }
  return id;
}

bool is_safe(http::Method method) {
  return method == http::Method::get || method == http::Method::head;
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
  for (const auto& path : found) load_file(path);
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
  if (kind == k_done) {
    const auto stored = text ? read_response(*text) : std::nullopt;
    job->status = Status::done;
    job->ended_ms = stored ? stored->ended_ms : 0;
  } else if (kind == k_waiting || kind == k_running) {
    auto stored = text ? read_request(*text) : std::nullopt;
    const bool may_run = stored && (kind == k_waiting || is_safe(stored->request.method));
    job->status = may_run ? Status::waiting : Status::lost;
    job->ended_ms = may_run ? stored->accepted_ms : now_utc_ms();
    if (may_run) {
      job->request = std::move(stored->request);
      waiting_.push_back(id);
    }
  } else {
    std::error_code error;
    std::filesystem::remove(path, error);  // a part of a file
    return;
  }
  jobs_.insert_or_assign(id, std::move(job));
}

fhir::Result<std::string> RequestJobs::accept(http::Request request) {
  const std::string id = random_id();
  auto job = std::make_shared<Job>();
  job->request = std::move(request);
  job->ended_ms = now_utc_ms();
  {
    const Lock lock(mutex_);
    let_go(job->ended_ms);
    if (is_stopping_ || waiting_.size() >= options_.waiting_max)
      return refuse(fhir::Situation::unavailable, fhir::IssueType::transient,
                    "Too many requests wait for those before them");
  }
  if (!options_.folder.empty() &&
      !write_file(file(id, k_waiting), to_text(job->request, job->ended_ms)))
    return refuse(fhir::Situation::unavailable, fhir::IssueType::no_store,
                  "The request cannot be kept until it is its turn");
  const Lock lock(mutex_);
  jobs_.emplace(id, std::move(job));
  waiting_.push_back(id);
  wake_.notify_one();
  return id;
}

std::optional<RequestJob> RequestJobs::find(std::string_view id) {
  const Lock lock(mutex_);
  let_go(now_utc_ms());
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return std::nullopt;
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
  const auto text = read_file(file(id, k_done));
  auto stored = text ? read_response(*text) : std::nullopt;
  if (stored) {
    state.response = std::move(stored->response);
  } else {
    state.status = Status::lost;
  }
  return state;
}

bool RequestJobs::remove(std::string_view id) {
  const Lock lock(mutex_);
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return false;
  found->second->progress.is_cancelled = true;
  std::erase(waiting_, id);
  remove_files(id);
  jobs_.erase(found);
  return true;
}

void RequestJobs::work() {
  Lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return is_stopping_ || !waiting_.empty(); });
    if (is_stopping_) return;
    const std::string id = std::move(waiting_.front());
    waiting_.pop_front();
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) continue;
    const std::shared_ptr<Job> job = found->second;
    run(lock, id, job);
  }
}

void RequestJobs::run(Lock& lock, const std::string& id, const std::shared_ptr<Job>& job) {
  job->status = Status::running;
  if (!options_.folder.empty()) {
    std::error_code error;
    std::filesystem::rename(file(id, k_waiting), file(id, k_running), error);
  }
  lock.unlock();
  job->request.deadline = std::chrono::steady_clock::now() + options_.run_max;
  http::Response response = run_(job->request, job->progress);
  const std::int64_t ended_ms = now_utc_ms();
  const std::string text = options_.folder.empty() ? std::string() : to_text(response, ended_ms);
  lock.lock();
  const bool is_wanted = jobs_.find(id) != jobs_.end();
  // Stopped half-way: the next start finds it as what ran when the program ended.
  if (!is_wanted || (is_stopping_ && job->progress.done < job->progress.total)) return;
  job->ended_ms = ended_ms;
  job->request = {};
  job->status = Status::done;
  if (options_.folder.empty()) {
    job->response = std::move(response);
    return;
  }
  if (!write_file(file(id, k_done), text)) job->status = Status::lost;
  std::error_code error;
  std::filesystem::remove(file(id, k_running), error);
}

/// What has been kept long enough, and the oldest of too many.
void RequestJobs::let_go(std::int64_t now_ms) {
  std::vector<std::pair<std::int64_t, std::string>> ended;
  for (const auto& [id, job] : jobs_) {
    if (job->status == Status::done || job->status == Status::lost)
      ended.emplace_back(job->ended_ms, id);
  }
  std::sort(ended.begin(), ended.end());
  std::size_t left = ended.size();
  for (const auto& [ended_ms, id] : ended) {
    if (ended_ms + options_.kept_for.count() > now_ms && left <= options_.kept_max) break;
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
