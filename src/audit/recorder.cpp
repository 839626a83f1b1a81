#include "src/audit/recorder.h"

#include <algorithm>
#include <exception>
#include <iterator>

#include "fhir/formats/json_document.h"
#include "fhir/model/element.h"
#include "src/audit/audit_event.h"
#include "src/rest/context.h"
#include "src/rest/stored_body.h"

namespace server::audit {
namespace {

constexpr std::chrono::seconds k_patience{10};  // with the store, and at the end
constexpr std::string_view k_type = "AuditEvent";

auto soon() { return std::chrono::steady_clock::now() + k_patience; }

/// What an event holds while it waits, about.
std::size_t bytes_of(const Occurrence& occurrence) {
  constexpr std::size_t k_each = 512, k_name = 96;
  return k_each + occurrence.query.size() +
         k_name * (occurrence.resources.size() + occurrence.patients.size());
}

fhir::Unexpected<fhir::Issue> broken(std::string text) {
  return fhir::unexpected(
      fhir::make_issue(fhir::Situation::internal, fhir::IssueType::security, std::move(text)));
}

/// An exception ends one try, not the program.
template <class Try>
fhir::Result<std::size_t> whatever_happens(const Try& attempt) try {
  return attempt();
} catch (const std::exception&) {
  return fhir::unexpected(
      fhir::make_issue(fhir::IssueType::exception, "The server failed while it wrote"));
}

}  // namespace

Recorder::Recorder(RecorderOptions options, Chain chain, rest::SnapshotSource& snapshots,
                   storage::Store& store)
    : options_(std::move(options)),
      chain_(std::move(chain)),
      snapshots_(snapshots),
      store_(store) {}

fhir::Result<std::unique_ptr<Recorder>> Recorder::start(RecorderOptions options, Chain chain,
                                                        rest::SnapshotSource& snapshots,
                                                        storage::Store& store) {
  std::unique_ptr<Recorder> recorder(
      new Recorder(std::move(options), std::move(chain), snapshots, store));
  FHIR_CHECK(recorder->find_end());
  recorder->worker_ = std::thread([raw = recorder.get()] { raw->work(); });
  return recorder;
}

/// The head may be behind the chain, where the process ended between the two: not before it.
fhir::Result<void> Recorder::find_end() {
  FHIR_TRY(reader, store_.reader(soon()));
  FHIR_TRY(note, reader->note(k_head_note));
  if (note) {
    auto head = chain_.read_head(*note);
    if (!head) return broken("The end of the audit trail was not written with this key");
    last_ = *std::move(head);
  }
  for (std::uint64_t number = std::max<std::uint64_t>(last_.number, 1);; ++number) {
    auto version = reader->read(k_type, id_of(number));
    if (!version && version.error().type == fhir::IssueType::not_found) {
      if (number == last_.number)
        return broken("The audit trail lacks its last event: see medisync audit verify");
      return {};
    }
    if (!version) return fhir::unexpected(std::move(version).error());
    FHIR_TRY(document, fhir::json::Document::read(std::move(version->body)));
    auto link = chain_.verified(document.root());
    if (!link || link->number != number)
      return broken("The audit trail was changed at its end: see medisync audit verify");
    last_ = *std::move(link);
  }
}

Recorder::~Recorder() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_all();
  written_wake_.notify_all();
  if (worker_.joinable()) worker_.join();
}

std::uint64_t Recorder::push(Occurrence occurrence) {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    const std::size_t bytes = bytes_of(occurrence);
    if (waiting_bytes_ + bytes > options_.waiting_bytes_max) {
      ++lost_;
      ++lost_ever_;
      return 0;
    }
    waiting_.push_back(std::move(occurrence));
    waiting_bytes_ += bytes;
    number = ++pushed_;
  }
  wake_.notify_one();
  return number;
}

void Recorder::record(Occurrence occurrence) { (void)push(std::move(occurrence)); }

void Recorder::record_before_answer(Occurrence occurrence) {
  const std::uint64_t number = push(std::move(occurrence));
  if (number == 0) return;
  if (options_.before_wait) options_.before_wait();
  {
    std::unique_lock lock(mutex_);
    written_wake_.wait_for(lock, options_.patience,
                           [&] { return written_ >= number || is_failing_ || is_stopping_; });
  }
  if (options_.after_wait) options_.after_wait();
}

void Recorder::lose() {
  const std::lock_guard lock(mutex_);
  ++lost_;
  ++lost_ever_;
}

RecorderFigures Recorder::figures() const {
  const std::lock_guard lock(mutex_);
  return {written_ - unmade_, pushed_ - written_, failures_, lost_ever_ + unmade_};
}

void Recorder::work() {
  std::deque<Occurrence> batch;
  std::uint64_t lost = 0;
  std::chrono::steady_clock::time_point last_try{};
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return is_stopping_ || !waiting_.empty() || !batch.empty(); });
      if (is_stopping_ && last_try == std::chrono::steady_clock::time_point{}) last_try = soon();
      if (waiting_.empty() && batch.empty()) return;
      const std::size_t room = options_.batch_max - std::min(batch.size(), options_.batch_max);
      const auto count = static_cast<std::ptrdiff_t>(std::min(room, waiting_.size()));
      batch.insert(batch.end(), std::make_move_iterator(waiting_.begin()),
                   std::make_move_iterator(waiting_.begin() + count));
      for (std::ptrdiff_t i = 0; i < count; ++i)
        waiting_bytes_ -= bytes_of(*(batch.end() - count + i));
      waiting_.erase(waiting_.begin(), waiting_.begin() + count);
      const std::uint64_t more = std::exchange(lost_, 0);
      if (more != 0 && options_.complain)
        options_.complain(std::to_string(more) + " events could not be kept for the audit trail");
      lost += more;
    }
    const auto written = whatever_happens([&] { return write(batch, lost); });
    {
      const std::lock_guard lock(mutex_);
      is_failing_ = !written;
      failures_ += written ? 0 : 1;
      if (written) {
        written_ += batch.size();
        unmade_ += batch.size() - *written;
      }
    }
    written_wake_.notify_all();
    if (written) {
      batch.clear();
      continue;
    }
    if (options_.complain)
      options_.complain("the audit trail could not be written: " + written.error().diagnostics);
    std::unique_lock lock(mutex_);
    if (is_stopping_ && std::chrono::steady_clock::now() >= last_try) return;
    wake_.wait_for(lock, options_.retry_after);
  }
}

/// An event as the store takes it, tied to the one before.
fhir::Result<storage::Write> Recorder::write_of(const Occurrence& occurrence, Link& link,
                                                const rest::Snapshot& snapshot) const {
  FHIR_TRY(event, chain_.tied(audit_event(occurrence, options_.server), link));
  FHIR_TRY(document, fhir::json::Document::read(std::move(event)));
  storage::Write write;
  write.type = k_type;
  write.id = id_of(link.number);
  write.precondition.must_not_exist = true;
  write.body = rest::pending_body(document.root(), write.id);
  fhir::Element root = fhir::root_element(document.root(), snapshot.definitions());
  FHIR_TRY(rows, snapshot.extractor->extract(root));
  write.index = std::move(rows);
  return write;
}

/// All of a batch or nothing: then the same again later. But what no event can be made of is lost:
/// all that come after would wait for it.
fhir::Result<std::size_t> Recorder::write(const std::deque<Occurrence>& batch,
                                          std::uint64_t& lost) {
  const auto snapshot = snapshots_.present();
  Link last = last_;
  std::uint64_t untold = lost;
  std::vector<storage::Write> writes;
  for (const Occurrence& occurrence : batch) {
    Link link;
    link.number = last.number + 1;
    link.previous = last.code;
    link.lost = untold;
    auto write = write_of(occurrence, link, *snapshot);
    if (!write) {
      ++untold;
      if (options_.complain) options_.complain("an event could not be made for the audit trail");
      continue;
    }
    untold = 0;
    writes.push_back(*std::move(write));
    last = std::move(link);
  }
  if (writes.empty()) {
    lost = untold;
    return std::size_t{0};
  }
  const std::size_t count = writes.size();
  if (auto written = store_.write(std::move(writes)); !written)
    return fhir::unexpected(std::move(written).error().issue);
  last_ = std::move(last);
  lost = untold;
  // Where this fails the chain is found from the head before.
  if (auto noted = store_.put_note(k_head_note, chain_.head(last_)); !noted && options_.complain)
    options_.complain("the end of the audit trail could not be noted");
  return count;
}

}  // namespace server::audit
