#include "src/jobs/reindexer.h"

#include <algorithm>
#include <iterator>

#include "src/jobs/asked_parameters.h"
#include "src/jobs/reindexed_page.h"
#include "src/security/secrets.h"

namespace server::jobs {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Status = ReindexJob::Status;

constexpr std::string_view k_jobs_note = "reindex";
constexpr std::string_view k_parameters_note = "search-parameters";
constexpr std::uint32_t k_step = 100;  // resources, and their rows, in one transaction
constexpr std::size_t k_waiting_max = 20;
constexpr std::size_t k_jobs_kept = 40;
constexpr auto k_save_every = 1s;
constexpr auto k_pause_after_failure = 1s;  // twice as long after each that follows
constexpr auto k_pause_max = 5min;
constexpr auto k_poll = 10ms;  // for the end of requests that index by the parameters of before
constexpr std::size_t k_id_bytes = 12;

std::int64_t now_utc_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Sorted, each once.
void merge(std::vector<std::string>& all, std::vector<std::string> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
}

}  // namespace

Reindexer::Reindexer(storage::Store& store, Indexing indexing, Log log)
    : store_(store), indexing_(std::move(indexing)), log_(std::move(log)) {}

Reindexer::~Reindexer() {
  {
    const Lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

fhir::Result<void> Reindexer::run(const fhir::DefinitionStore& definitions) {
  {
    FHIR_TRY(reader, store_.reader(Clock::now() + k_read_deadline));
    FHIR_TRY(jobs, reader->note(k_jobs_note));
    FHIR_TRY(known, reader->note(k_parameters_note));
    const Lock lock(mutex_);
    if (jobs) jobs_ = jobs_of(*jobs);
    if (known) {
      FHIR_TRY(read, KnownParameters::of_text(*known));
      known_ = std::move(read);
    }
    note_waiting();
  }
  thread_ = std::thread([this] { work(); });
  definitions_changed(definitions, {});
  return {};
}

void Reindexer::work() {
  Lock lock(mutex_);
  while (!stopping_) {
    ReindexJob* job = next();
    if (job == nullptr) {
      save(lock, true);
      if (!stopping_ && next() == nullptr && !is_changed_ && !are_known_changed_) wake_.wait(lock);
      continue;
    }
    const Clock::time_point began = Clock::now();
    const std::string id = job->id;
    const bool has_worked = step(lock, *job);
    save(lock, Clock::now() - saved_ >= k_save_every);
    rest(lock, has_worked ? Clock::now() - began : pause_of(id));
  }
  save(lock, true);
}

Clock::duration Reindexer::pause_of(std::string_view job) const {
  const auto found = std::find_if(jobs_.begin(), jobs_.end(),
                                  [&](const ReindexJob& one) { return one.id == job; });
  const std::uint32_t retries = found != jobs_.end() ? found->retries : 0;
  Clock::duration pause = k_pause_after_failure;
  for (std::uint32_t i = 1; i < retries && pause < k_pause_max; ++i) pause *= 2;
  return std::min<Clock::duration>(pause, k_pause_max);
}

/// A step that fails is tried again, ever more seldom; whoever looks is told why.
void Reindexer::note_failure(ReindexJob& job, std::string problem) {
  ++job.retries;
  if (log_ && (job.retries == 1 || problem != job.problem || job.retries % 10 == 0))
    log_("reindexing " + job.id + " waits, after " + std::to_string(job.retries) +
         " attempts in vain: " + problem);
  job.problem = std::move(problem);
}

ReindexJob* Reindexer::next() {
  const auto found = std::find_if(jobs_.begin(), jobs_.end(),
                                  [](const ReindexJob& job) { return !job.has_ended(); });
  return found != jobs_.end() ? &*found : nullptr;
}

ReindexJob* Reindexer::find(std::string_view id) {
  const auto found =
      std::find_if(jobs_.begin(), jobs_.end(), [&](const ReindexJob& job) { return job.id == id; });
  return found != jobs_.end() ? &*found : nullptr;
}

bool Reindexer::step(Lock& lock, ReindexJob& next) {
  std::erase_if(earlier_, [](const auto& extractor) { return extractor.expired(); });
  if (!next.parameters.empty() && !earlier_.empty()) {
    rest(lock, k_poll);
    return true;
  }
  is_changed_ = true;
  next.status = Status::running;
  if (next.at >= next.types.size()) {
    next.status = Status::done;
    next.ended_ms = now_utc_ms();
    note_waiting();
    return true;
  }
  search::Query query;
  query.resource_type = next.types[next.at];
  query.cursor = next.cursor;
  query.count = k_step;
  const std::string id = next.id;  // the job itself may be cancelled and let go meanwhile
  lock.unlock();
  ReindexedPage stepped = reindex_page(store_, query, indexing_());
  lock.lock();
  ReindexJob* job = find(id);
  if (job == nullptr || job->has_ended()) return true;
  if (!stepped.page) {
    if (stepped.page.error().type != fhir::IssueType::invalid || job->cursor.empty()) {
      note_failure(*job, stepped.page.error().diagnostics.empty()
                             ? "the resources cannot be read"
                             : stepped.page.error().diagnostics);
      return false;
    }
    job->cursor.clear();  // of another version of this program
    return true;
  }
  if (!stepped.is_written) {
    note_failure(*job, std::move(stepped.problem));
    return false;
  }
  job->retries = 0;
  job->problem.clear();
  job->done += stepped.page->entries.size();
  job->failed += stepped.failed;
  job->cursor = std::move(stepped.page->next_cursor);
  if (job->cursor.empty()) ++job->at;
  return true;
}

/// As long as the step took: whoever else wants to write has half of the time at least.
void Reindexer::rest(Lock& lock, Clock::duration time) {
  wake_.wait_for(lock, time, [this] { return stopping_; });
}

void Reindexer::save(Lock& lock, bool is_due) {
  if (!is_due || (!is_changed_ && !are_known_changed_)) return;
  const std::string jobs = is_changed_ ? to_text(jobs_) : std::string();
  const std::string known = are_known_changed_ ? known_.to_text() : std::string();
  is_changed_ = are_known_changed_ = false;
  saved_ = Clock::now();
  lock.unlock();
  // The jobs first: a parameter that is known but has no job would never be indexed. What cannot be
  // stored now is tried again with the next step.
  const bool has_jobs = jobs.empty() || store_.put_note(k_jobs_note, jobs).has_value();
  const bool has_known =
      known.empty() || (has_jobs && store_.put_note(k_parameters_note, known).has_value());
  lock.lock();
  is_changed_ |= !has_jobs;
  are_known_changed_ |= !has_known;
  if (!has_jobs || !has_known) rest(lock, k_pause_after_failure);
}

std::uint64_t Reindexer::count_of(const std::vector<std::string>& types) const {
  std::uint64_t total = 0;
  for (const auto& [type, count] : store_.counts()) {
    if (std::find(types.begin(), types.end(), type) != types.end()) total += count;
  }
  return total;
}

void Reindexer::add(std::vector<std::string> types, std::vector<std::string> parameters) {
  while (jobs_.size() >= k_jobs_kept) {
    const auto ended = std::find_if(jobs_.begin(), jobs_.end(),
                                    [](const ReindexJob& job) { return job.has_ended(); });
    if (ended == jobs_.end()) break;
    jobs_.erase(ended);
  }
  ReindexJob job;
  job.id = security::to_base64url(security::random_bytes(k_id_bytes));
  job.started_ms = now_utc_ms();
  job.total = count_of(types);
  job.types = std::move(types);
  job.parameters = std::move(parameters);
  jobs_.push_back(std::move(job));
  is_changed_ = true;
  note_waiting();
  wake_.notify_all();
}

fhir::Result<std::string> Reindexer::start(std::vector<std::string> types) {
  const Lock lock(mutex_);
  const auto waiting = std::count_if(jobs_.begin(), jobs_.end(),
                                     [](const ReindexJob& job) { return !job.has_ended(); });
  if (static_cast<std::size_t>(waiting) >= k_waiting_max)
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::throttled,
                                             "Too many reindexings wait for those before them"));
  add(std::move(types), {});
  return jobs_.back().id;
}

std::vector<ReindexJob> Reindexer::jobs() const {
  const Lock lock(mutex_);
  return {jobs_.begin(), jobs_.end()};
}

std::optional<ReindexJob> Reindexer::job(std::string_view id) const {
  const Lock lock(mutex_);
  for (const ReindexJob& job : jobs_) {
    if (job.id == id) return job;
  }
  return std::nullopt;
}

bool Reindexer::cancel(std::string_view id) {
  const Lock lock(mutex_);
  ReindexJob* job = find(id);
  if (job == nullptr || job->has_ended()) return false;
  job->status = Status::cancelled;
  job->ended_ms = now_utc_ms();
  is_changed_ = true;
  note_waiting();
  wake_.notify_all();
  return true;
}

void Reindexer::definitions_changed(const fhir::DefinitionStore& definitions,
                                    std::weak_ptr<const void> earlier) {
  KnownParameters present = KnownParameters::of(definitions);
  const auto counts = store_.counts();
  const Lock lock(mutex_);
  if (!thread_.joinable() || present == known_) return;
  KnownParameters::Change change = known_.change_to(present, definitions, counts);
  known_ = std::move(present);
  are_known_changed_ = true;
  if (!change.parameters.empty()) {
    earlier_.push_back(std::move(earlier));
    // One that has not begun takes them along: many that arrive one by one make one job.
    const auto waiting = std::find_if(jobs_.begin(), jobs_.end(), [](const ReindexJob& job) {
      return job.status == Status::waiting && !job.parameters.empty();
    });
    if (waiting == jobs_.end()) {
      add(std::move(change.types), std::move(change.parameters));
    } else {
      merge(waiting->types, std::move(change.types));
      merge(waiting->parameters, std::move(change.parameters));
      waiting->total = count_of(waiting->types);
      is_changed_ = true;
    }
  }
  wake_.notify_all();
}

void Reindexer::note_waiting() {
  any_waiting_ = std::any_of(jobs_.begin(), jobs_.end(), [](const ReindexJob& job) {
    return !job.has_ended() && !job.parameters.empty();
  });
}

std::optional<fhir::Issue> Reindexer::incomplete(const search::Query& query) const {
  if (!any_waiting_.load(std::memory_order_relaxed)) return std::nullopt;
  const Lock lock(mutex_);
  const ReindexJob* of = nullptr;
  const auto is_waiting = [&](std::string_view url) {
    for (const ReindexJob& job : jobs_) {
      const auto& waiting = job.parameters;
      if (job.has_ended() || std::find(waiting.begin(), waiting.end(), url) == waiting.end())
        continue;
      of = &job;
      return true;
    }
    return false;
  };
  const auto* found = asked_parameter(
      query, [&](const fhir::SearchParameter& parameter) { return is_waiting(parameter.url); });
  if (found == nullptr && !(asks_for_contained(query) && is_waiting(k_contained_parameter)))
    return std::nullopt;
  fhir::Issue issue = fhir::make_issue(
      fhir::Situation::unavailable, fhir::IssueType::incomplete,
      "The index of " + std::string(found != nullptr ? found->code : k_contained_parameter) +
          " is being built (" + std::to_string(of->done) + " of " + std::to_string(of->total) +
          " resources): matches may be missing");
  issue.severity = fhir::Severity::warning;
  return issue;
}

}  // namespace server::jobs
