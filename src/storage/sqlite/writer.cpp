// https://sqlite.org/wal.html
#include "src/storage/sqlite/writer.h"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace server::storage::sqlite {
namespace {

using namespace std::chrono_literals;

constexpr int k_log_pages_due = 4096;      // 32 MiB: write back while nobody waits long
constexpr int k_log_pages_max = 8 * 4096;  // 256 MiB: hold new readers for a moment
constexpr int k_log_restart_wait_ms = 200;
constexpr auto k_idle = 500ms;
constexpr auto k_text_idle = 20ms;    // without a write, before words are indexed
constexpr auto k_text_budget = 40ms;  // a write waits no longer for it
constexpr auto k_text_wait_max = 10s;
constexpr std::int64_t k_text_much = 2000;  // resources due: the index is being built
constexpr int k_text_waiting_max = 2;       // searches that wait for that: each holds a reader

/// Among those who wait for the same.
struct Place {
  explicit Place(std::atomic<int>& waiting) : others(waiting++), waiting_(waiting) {}
  ~Place() { --waiting_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  const int others;  // who came before

 private:
  std::atomic<int>& waiting_;
};

std::size_t bytes_of(const std::vector<Write>& writes) {
  std::size_t bytes = 0;
  for (const Write& write : writes) {
    bytes += write.body.head.size() + write.body.middle.size() + write.body.tail.size() + 512;
  }
  return bytes;
}

int remember_log_pages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, BodyCodec& bodies, Dictionary& dictionary,
               ReaderPool& readers, const Clock& clock, const SqliteOptions& options,
               std::int64_t newest_time)
    : connection_(std::move(connection)),
      dictionary_(dictionary),
      readers_(readers),
      options_(options),
      names_(*connection_, dictionary, clock),
      text_(*connection_),
      batch_(*connection_, bodies, names_, text_, newest_time) {
  sqlite3_wal_hook(connection_->handle(), remember_log_pages, &log_pages_);
  if (text_.load()) text_due_ = text_.is_active() ? text_.due() : -1;
  thread_ = std::thread([this] { run(); });
}

Writer::~Writer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr,
                            nullptr);
}

Writer::Answer Writer::write(std::vector<Write> writes) {
  auto job = std::make_unique<Job>();
  job->bytes = bytes_of(writes);
  job->writes = std::move(writes);
  return enqueue(std::move(job));
}

Writer::Answer Writer::put_note(std::string_view name, std::string_view text) {
  auto job = std::make_unique<Job>();
  job->note.emplace(name, text);
  return enqueue(std::move(job));
}

bool Writer::is_healthy() {
  if (!failed_) return true;
  auto job = std::make_unique<Job>();
  job->is_probe = true;
  return enqueue(std::move(job)).has_value();
}

fhir::Result<void> Writer::catch_up(std::chrono::steady_clock::time_point deadline) {
  if (text_due_ == 0) return {};
  const auto end = std::min(deadline, std::chrono::steady_clock::now() + k_text_wait_max);
  const Place place(text_waiting_);
  while (const std::int64_t due = text_due_) {
    const bool is_too_many = due > k_text_much && place.others >= k_text_waiting_max;
    if (is_too_many || std::chrono::steady_clock::now() > end) {
      return fhir::unexpected(text_is_behind(due));
    }
    auto job = std::make_unique<Job>();
    job->is_text = true;
    if (auto done = enqueue(std::move(job)); !done) return fhir::unexpected(done.error().issue);
  }
  return {};
}

Writer::Answer Writer::enqueue(std::unique_ptr<Job> job) {
  std::future<Answer> answer = job->promise.get_future();
  {
    std::lock_guard lock(mutex_);
    const bool is_full = queue_.size() >= options_.queue_batches_max ||
                         (!queue_.empty() && queue_bytes_ + job->bytes > options_.queue_bytes_max);
    if (is_full || stopping_) {
      return fhir::unexpected(Store::Failure{
          0, fhir::make_issue(fhir::Situation::unavailable, fhir::IssueType::transient,
                              "Too many writes are waiting")});
    }
    queue_bytes_ += job->bytes;
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  if (options_.before_wait) options_.before_wait();
  answer.wait();
  if (options_.after_wait) options_.after_wait();
  return answer.get();
}

void Writer::run() {
  for (;;) {
    Group group = take_group();
    if (group.empty()) return;
    commit(group);
    for (auto& job : group) job->promise.set_value(std::move(job->answer));
    checkpoint_if_due();
  }
}

/// Everything that waits, up to the limits of one commit; empty: the end.
Writer::Group Writer::take_group() {
  Group group;
  std::unique_lock lock(mutex_);
  while (queue_.empty() && !stopping_) {
    if (text_due_ > 0) {
      if (wake_.wait_for(lock, k_text_idle) == std::cv_status::timeout && queue_.empty()) {
        lock.unlock();
        index_text_when_idle();
        lock.lock();
      }
    } else if (log_pages_ == 0) {
      wake_.wait(lock);
    } else if (wake_.wait_for(lock, k_idle) == std::cv_status::timeout && queue_.empty()) {
      lock.unlock();
      checkpoint_when_idle();
      lock.lock();
    }
  }
  std::size_t bytes = 0;
  while (!queue_.empty() && group.size() < options_.group_batches_max &&
         (group.empty() || bytes + queue_.front()->bytes <= options_.group_bytes_max)) {
    bytes += queue_.front()->bytes;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queue_bytes_ -= bytes;
  return group;
}

void Writer::commit(Group& group) {
  apply_test_limit();
  auto done = try_commit(group);
  failed_ = !done;
  if (done) {
    readers_.note_commit();
    dictionary_.publish_counts(names_.group());
    names_.end_group();
    text_due_ = text_.is_active() ? text_.due() : -1;
    return;
  }
  if (connection_->in_transaction()) (void)connection_->run(Fixed::rollback);
  names_.drop_group();
  batch_.drop();
  if (text_.is_active()) (void)text_.load();
  for (auto& job : group) {
    if (job->answer) job->answer = fhir::unexpected(Store::Failure{0, done.error()});
  }
}

fhir::Result<void> Writer::try_commit(Group& group) {
  FHIR_CHECK(connection_->run(Fixed::begin_immediate));
  FHIR_TRY(is_whole, apply_all(group, Isolation::none));
  if (!is_whole) {
    FHIR_CHECK(connection_->run(Fixed::rollback));
    names_.drop_group();
    batch_.drop();
    if (text_.is_active()) FHIR_CHECK(text_.load());
    FHIR_CHECK(connection_->run(Fixed::begin_immediate));
    FHIR_CHECK(apply_all(group, Isolation::savepoints));
  }
  FHIR_CHECK(names_.store_counts());
  dictionary_.publish_names(names_.group());
  auto done = connection_->run(Fixed::commit);
  if (!done) dictionary_.retract_names(names_.group());
  return done;
}

/// An error here ends the group: the transaction is gone. A batch that fails alone keeps its error;
/// false: what it had changed already could not be taken back without a savepoint.
fhir::Result<bool> Writer::apply_all(Group& group, Isolation isolation) {
  bool is_text_done = false;
  for (auto& job : group) {
    // Many searches may wait for the same words: the writes of this commit wait for one of them.
    if (job->is_text && std::exchange(is_text_done, true)) continue;
    const auto changes = sqlite3_total_changes64(connection_->handle());
    if (isolation == Isolation::savepoints) FHIR_CHECK(connection_->run(Fixed::savepoint));
    auto applied = apply(*job);
    if (applied && isolation == Isolation::savepoints) {
      applied = batch_.flush();
      if (!applied) job->answer = fhir::unexpected(Store::Failure{0, applied.error()});
    }
    if (!applied && !connection_->in_transaction()) {
      return fhir::unexpected(std::move(applied).error());
    }
    if (isolation == Isolation::none) {
      if (!applied && sqlite3_total_changes64(connection_->handle()) != changes) return false;
    } else {
      if (!applied) {
        batch_.drop();
        FHIR_CHECK(connection_->run(Fixed::rollback_to));
        if (text_.is_active()) FHIR_CHECK(text_.load());
      }
      FHIR_CHECK(connection_->run(Fixed::release));
    }
    applied ? names_.keep_batch() : names_.drop_batch();
  }
  // Whose rows fail is known only when each batch flushes for itself.
  if (isolation == Isolation::none) {
    auto flushed = batch_.flush();
    if (!flushed && !connection_->in_transaction()) {
      return fhir::unexpected(std::move(flushed).error());
    }
    if (!flushed) return false;
  }
  return true;
}

fhir::Result<void> Writer::put_setting(std::string_view name, std::string_view text) {
  FHIR_TRY(statement,
           connection_->statement("INSERT INTO setting VALUES(?, ?) ON CONFLICT(name) DO UPDATE "
                                  "SET value = excluded.value"));
  Run run(*statement);
  run->bind_text(1, name);
  run->bind_text(2, text);
  if (run->step() == Step::failed) return fhir::unexpected(connection_->issue(run->code()));
  return {};
}

fhir::Result<void> Writer::apply(Job& job) {
  if (job.note) {
    if (auto put = put_setting(job.note->first, job.note->second); !put)
      job.answer = fhir::unexpected(Store::Failure{0, std::move(put).error()});
  } else if (job.is_probe) {
    FHIR_TRY(statement, connection_->fixed(Fixed::touch));
    Run run(*statement);
    const std::string now = std::to_string(names_.now_ms());
    run->bind_text(1, now);
    run->bind_text(2, now);
    if (run->step() != Step::failed) return {};
    job.answer = fhir::unexpected(Store::Failure{0, connection_->issue(run->code())});
  } else if (job.is_text) {
    if (auto done = apply_text(); !done) {
      job.answer = fhir::unexpected(Store::Failure{0, std::move(done).error()});
    }
  } else {
    job.answer = batch_.apply(job.writes);
  }
  if (!job.answer) return fhir::unexpected(fhir::Issue(job.answer.error().issue));
  return {};
}

fhir::Result<void> Writer::apply_text() {
  FHIR_CHECK(text_.activate());
  return text_.index(k_text_budget);
}

/// A failure leaves the words due: the next search for a text tries again and tells.
void Writer::index_text_when_idle() {
  auto job = std::make_unique<Job>();
  job->is_text = true;
  Group group;
  group.push_back(std::move(job));
  commit(group);
  checkpoint_if_due();
  if (failed_) text_due_ = -1;
}

void Writer::apply_test_limit() {
  if (!options_.pages_max || options_.pages_max->load() == pages_max_) return;
  pages_max_ = options_.pages_max->load();
  constexpr std::int64_t k_no_limit = 4294967294;
  (void)connection_->integer("PRAGMA max_page_count = " +
                             std::to_string(pages_max_ > 0 ? pages_max_ : k_no_limit));
}

/// Writes the log back into the file as far as readers allow; whether that was all of it. A failure
/// loses nothing: the log stays. The next write begins the log anew if no reader needs it: the
/// snapshots are renewed before, to write back more, and after, since they then need it no more.
bool Writer::write_back() {
  int in_log = 0, written_back = 0;
  readers_.renew();
  const int code = sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr,
                                             SQLITE_CHECKPOINT_PASSIVE, &in_log, &written_back);
  readers_.renew();
  log_pages_ = in_log;
  return code == SQLITE_OK && in_log == written_back;
}

void Writer::checkpoint_if_due() {
  if (log_pages_ < k_log_pages_due) return;
  (void)write_back();
  if (log_pages_ < k_log_pages_max) return;
  sqlite3* db = connection_->handle();
  sqlite3_busy_timeout(db, k_log_restart_wait_ms);
  sqlite3_wal_checkpoint_v2(db, nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  sqlite3_busy_timeout(db, 2 * k_log_restart_wait_ms);
}

void Writer::checkpoint_when_idle() {
  if (write_back()) log_pages_ = 0;
}

}  // namespace server::storage::sqlite
