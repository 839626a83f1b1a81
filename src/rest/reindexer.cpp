#include "src/rest/reindexer.h"

#include <algorithm>
#include <exception>
#include <set>

#include "fhir/base/name_hash.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"
#include "fhir/model/element.h"
#include "src/rest/context.h"
#include "src/rest/search_request.h"
#include "src/rest/stored_body.h"

namespace server::rest {
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
constexpr auto k_read_deadline = 20s;

/// Stands among the urls of parameters for the rows of contained resources: a store that does not
/// name it was written by a program that made none.
constexpr std::string_view k_contained = "_contained";

bool asks_for_contained(const search::Query& query) {
  return query.contained != search::Contained::no ||
         std::any_of(query.types.begin(), query.types.end(), asks_for_contained);
}

/// What the index rows of a parameter depend on.
std::string fingerprint(const fhir::SearchParameter& parameter) {
  std::string text(parameter.expression);
  text += '\n' + std::to_string(static_cast<int>(parameter.type));
  for (std::string_view base : parameter.bases) text.append(" ").append(base);
  for (const auto& component : parameter.components)
    text.append("\n").append(component.definition).append(" ").append(component.expression);
  return std::to_string(fhir::name_hash(text));
}

std::map<std::string, std::string> fingerprints(const fhir::DefinitionStore& definitions) {
  std::map<std::string, std::string> all{{std::string(k_contained), "1"}};
  for (const fhir::SearchParameter& parameter : definitions.search_parameters())
    all.emplace(parameter.url, fingerprint(parameter));
  return all;
}

std::string text_of(const std::map<std::string, std::string>& known) {
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object();
  for (const auto& [url, print] : known) out.string(url, print);
  out.end_object();
  return text;
}

/// Rows of one page's resources; those that cannot be indexed are left out.
std::vector<storage::Write> writes_of(const Snapshot& snapshot, const storage::Page& page) {
  std::vector<storage::Write> writes;
  writes.reserve(page.entries.size());
  for (const storage::Page::Entry& entry : page.entries) {
    const auto document = fhir::json::Document::read(entry.version.body);
    if (!document) continue;
    auto rows =
        snapshot.extractor->extract(fhir::root_element(document->root(), snapshot.definitions()));
    if (!rows) continue;
    storage::Write write;
    write.method = storage::WriteMethod::reindex;
    write.type = entry.version.type;
    write.id = entry.version.id;
    write.precondition.if_match = entry.version.version_id;
    write.index = *std::move(rows);
    writes.push_back(std::move(write));
  }
  return writes;
}

/// The first parameter of a criterion for which `is_wanted` holds.
template <class Wanted>
const fhir::SearchParameter* find_in(const search::Criterion& criterion, const Wanted& is_wanted) {
  if (criterion.parameter != nullptr && is_wanted(*criterion.parameter)) return criterion.parameter;
  for (const auto* inner : {criterion.chained.get(), criterion.reverse_chained.get()}) {
    const auto* found = inner != nullptr ? find_in(*inner, is_wanted) : nullptr;
    if (found != nullptr) return found;
  }
  for (const search::Criterion& part : criterion.parts) {
    if (const auto* found = find_in(part, is_wanted)) return found;
  }
  return nullptr;
}

template <class Wanted>
const fhir::SearchParameter* find_in(const search::Query& query, const Wanted& is_wanted) {
  for (const search::Criterion& criterion : query.criteria) {
    if (const auto* found = find_in(criterion, is_wanted)) return found;
  }
  for (const search::SortKey& key : query.sort) {
    if (key.parameter != nullptr && is_wanted(*key.parameter)) return key.parameter;
  }
  for (const search::Include& include : query.includes) {
    if (include.parameter != nullptr && is_wanted(*include.parameter)) return include.parameter;
  }
  for (const search::Query& type : query.types) {
    if (const auto* found = find_in(type, is_wanted)) return found;
  }
  return nullptr;
}

}  // namespace

Reindexer::Reindexer(storage::Store& store, SnapshotSource& snapshots, Log log)
    : store_(store), snapshots_(snapshots), log_(std::move(log)) {}

Reindexer::~Reindexer() {
  {
    const Lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

fhir::Result<void> Reindexer::run() {
  {
    FHIR_TRY(reader, store_.reader(Clock::now() + k_read_deadline));
    FHIR_TRY(jobs, reader->note(k_jobs_note));
    FHIR_TRY(known, reader->note(k_parameters_note));
    const Lock lock(mutex_);
    if (jobs) jobs_ = jobs_of(*jobs);
    if (known) {
      FHIR_TRY(document, fhir::json::Document::read(*known));
      for (const fhir::json::Member& member : document.root().members())
        known_.emplace(member.name(), member.value.string());
      has_known_ = true;
    }
    note_waiting();
  }
  thread_ = std::thread([this] { work(); });
  definitions_changed(snapshots_.present()->definitions(), {});
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
  Stepped stepped = reindex_page(query);
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

/// Whatever is thrown ends the step, not the program.
Reindexer::Stepped Reindexer::reindex_page(const search::Query& query) try {
  Stepped stepped;
  const std::shared_ptr<const Snapshot> snapshot = snapshots_.latest();  // the rows point into it
  {
    auto reader = store_.reader(Clock::now() + k_read_deadline);
    stepped.page = reader ? (*reader)->search(query) : fhir::unexpected(std::move(reader).error());
  }
  if (!stepped.page) return stepped;
  auto writes = writes_of(*snapshot, *stepped.page);
  stepped.failed = stepped.page->entries.size() - writes.size();
  stepped.is_written = writes.empty();
  if (stepped.is_written) return stepped;
  auto written = store_.write(std::move(writes));
  stepped.is_written = written.has_value();
  if (!written) stepped.problem = std::move(written).error().issue.diagnostics;
  return stepped;
} catch (const std::exception&) {
  return {};
}

/// As long as the step took: whoever else wants to write has half of the time at least.
void Reindexer::rest(Lock& lock, Clock::duration time) {
  wake_.wait_for(lock, time, [this] { return stopping_; });
}

void Reindexer::save(Lock& lock, bool is_due) {
  if (!is_due || (!is_changed_ && !are_known_changed_)) return;
  const std::string jobs = is_changed_ ? to_text(jobs_) : std::string();
  const std::string known = are_known_changed_ ? text_of(known_) : std::string();
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
  job.id = new_id();
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
                                    std::weak_ptr<const search::Extractor> earlier) {
  auto present = fingerprints(definitions);
  const auto counts = store_.counts();
  const Lock lock(mutex_);
  if (!thread_.joinable() || present == known_) return;
  std::set<std::string> types;
  std::vector<std::string> parameters;
  for (const fhir::SearchParameter& parameter : definitions.search_parameters()) {
    const auto known = known_.find(std::string(parameter.url));
    const bool is_indexed = !has_known_ ||  // a store that has never told: as it was written
                            (known != known_.end() && known->second == present[known->first]);
    if (is_indexed || parameter.expression.empty()) continue;
    bool concerns_any = false;
    for (const auto& [type, count] : counts) {
      if (count == 0 || definitions.search_parameter(type, parameter.code) != &parameter) continue;
      types.insert(type);
      concerns_any = true;
    }
    if (concerns_any) parameters.emplace_back(parameter.url);
  }
  if (!counts.empty() && known_.find(std::string(k_contained)) == known_.end()) {
    for (const auto& [type, count] : counts) types.insert(type);
    parameters.emplace_back(k_contained);
  }
  known_ = std::move(present);
  has_known_ = are_known_changed_ = true;
  if (!parameters.empty()) {
    earlier_.push_back(std::move(earlier));
    // One that has not begun takes them along: many that arrive one by one make one job.
    const auto waiting = std::find_if(jobs_.begin(), jobs_.end(), [](const ReindexJob& job) {
      return job.status == Status::waiting && !job.parameters.empty();
    });
    if (waiting == jobs_.end()) {
      add({types.begin(), types.end()}, std::move(parameters));
    } else {
      types.insert(waiting->types.begin(), waiting->types.end());
      for (std::string& url : waiting->parameters) parameters.push_back(std::move(url));
      std::sort(parameters.begin(), parameters.end());
      parameters.erase(std::unique(parameters.begin(), parameters.end()), parameters.end());
      waiting->types.assign(types.begin(), types.end());
      waiting->parameters = std::move(parameters);
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
  const auto* found = find_in(
      query, [&](const fhir::SearchParameter& parameter) { return is_waiting(parameter.url); });
  if (found == nullptr && !(asks_for_contained(query) && is_waiting(k_contained)))
    return std::nullopt;
  fhir::Issue issue =
      fhir::make_issue(fhir::Situation::unavailable, fhir::IssueType::incomplete,
                       "The index of " + std::string(found != nullptr ? found->code : k_contained) +
                           " is being built (" + std::to_string(of->done) + " of " +
                           std::to_string(of->total) + " resources): matches may be missing");
  issue.severity = fhir::Severity::warning;
  return issue;
}

}  // namespace server::rest
