// https://hl7.org/fhir/R4/http.html#upsert
#include "src/rest/bulk/line_writer.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include "src/access/guarded_store.h"
#include "src/operations/outcome.h"
#include "src/rest/path.h"
#include "src/rest/referential.h"
#include "src/rest/resource_input.h"
#include "src/rest/stored_body.h"

namespace server::rest {
namespace {

using fhir::IssueType;
using storage::WriteMethod;
using Fate = ImportedLine::Fate;
using Target = std::pair<std::string, std::string>;

constexpr std::chrono::milliseconds k_retry_pause{50};
constexpr std::chrono::seconds k_retries{60};
/// Refusals by the store in one batch, after which each of its lines is written alone.
constexpr int k_refusals_max = 8;
constexpr std::size_t k_seen_max = 100'000;

Failure one(IssueType type, std::string text) {
  return failure(fhir::make_issue(type, std::move(text)));
}

bool is_transient(const fhir::Issue& issue) {
  return issue.type == IssueType::transient || issue.type == IssueType::lock_error ||
         issue.type == IssueType::timeout;
}

/// What is no fault of the resource: nothing else will be taken either.
bool is_of_store(const fhir::Issue& issue) {
  return issue.type == IssueType::no_store || issue.type == IssueType::exception;
}

/// Of a write that replaces whatever stands there, only references can be in conflict with it.
bool is_lack(const Call& call, const fhir::Issue& issue) {
  return call.options->check_references_on_write && issue.type == IssueType::conflict &&
         issue.situation == fhir::Situation::conflict;
}

/// A line's place instead of the place within it.
void place(Failure& refusal, std::uint32_t number) {
  if (number == 0) return;
  for (fhir::Issue& issue : refusal) issue.line = number;
}

}  // namespace

std::string outcome_of_line(const ImportedLine& refused, std::string_view place) {
  Failure issues = refused.refusal;
  fhir::Issue where = fhir::make_issue(IssueType::informational, std::string(place));
  where.severity = fhir::Severity::information;
  issues.push_back(std::move(where));
  return operations::outcome_json(issues);
}

LineWriter::LineWriter(const Options& options, SnapshotSource& snapshots,
                       std::shared_ptr<const access::Identity> identity)
    : options_(options), snapshots_(snapshots), identity_(std::move(identity)) {}

fhir::Result<storage::Write, Failure> LineWriter::read(const Call& call, const ImportLine& line,
                                                       std::string& type) const {
  if (line.problem) return fhir::unexpected(failure(fhir::Issue(*line.problem)));
  FHIR_TRY(document, read_resource_text(call, Format::json, line.text));
  const fhir::json::Value& root = document.root();
  const std::string_view named = root.is_object() ? root.string_at("resourceType") : "";
  const fhir::DefinitionStore& definitions = call.snapshot->definitions();
  const auto types = definitions.resource_types();
  if (std::find(types.begin(), types.end(), named) == types.end())
    return fhir::unexpected(one(IssueType::structure, "The line is no resource"));
  type = named;
  if (!line.type.empty() && line.type != named)
    return fhir::unexpected(
        one(IssueType::invalid, "The resource is not a " + line.type + ", as its input says"));
  std::string id(root.string_at("id"));
  const bool has_id = root.find("id") != nullptr;
  if (has_id && !is_id(id))
    return fhir::unexpected(one(IssueType::value, "The resource's id is none of FHIR's"));
  FHIR_CHECK(validate(call, document));
  if (!has_id) id = line.spare_id.empty() ? new_id() : line.spare_id;
  const bool may_update =
      call.access == nullptr ||
      call.access->permission(type, security::right_update).extent != access::Extent::none;
  FHIR_TRY(write, make_write(call, may_update ? WriteMethod::update : WriteMethod::create, type,
                             std::move(id), root));
  write.precondition.must_not_exist = !may_update;
  write.has_new_id = !has_id;
  return std::move(write);
}

LineWriter::Prepared LineWriter::prepare(std::vector<ImportLine> lines) const {
  Prepared prepared;
  prepared.snapshot = snapshots_.latest();
  prepared.results.resize(lines.size());
  prepared.writes.reserve(lines.size());
  std::optional<access::Access> access;
  if (identity_)
    access.emplace(identity_, prepared.snapshot->definitions(), prepared.snapshot->extractor.get(),
                   options_.bounds, prepared.snapshot->policies.get());
  Call call;
  call.options = &options_;
  call.snapshot = prepared.snapshot.get();
  call.access = access ? &*access : nullptr;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    ImportedLine& result = prepared.results[i];
    auto write = read(call, lines[i], result.type);
    if (write) {
      prepared.writes.emplace_back(i, *std::move(write));
    } else {
      result.refusal = std::move(write).error();
      place(result.refusal, lines[i].number);
    }
  }
  prepared.lines = std::move(lines);
  return prepared;
}

bool LineWriter::is_here(storage::Store& store, const std::pair<std::string, std::string>& target,
                         std::chrono::steady_clock::time_point deadline) const {
  {
    const std::lock_guard lock(mutex_);
    if (seen_.contains(target)) return true;
  }
  const auto found = store.read(target.first, target.second, deadline);
  if (!found)
    return found.error().type != IssueType::not_found && found.error().type != IssueType::deleted;
  const std::lock_guard lock(mutex_);
  if (seen_.size() >= k_seen_max) seen_.clear();
  seen_.insert(target);
  return true;
}

/// One batch on its way into the store.
class LineWriter::Writing {
 public:
  Writing(const LineWriter& writer, Prepared prepared, const std::atomic<bool>& is_cancelled)
      : writer_(writer), prepared_(std::move(prepared)), is_cancelled_(is_cancelled) {
    snapshot_ = *prepared_.snapshot;
    if (writer.identity_) {
      access_.emplace(writer.identity_, snapshot_.definitions(), snapshot_.extractor.get(),
                      writer.options_.bounds, snapshot_.policies.get());
      guard_ = std::make_unique<access::GuardedStore>(snapshot_.store(), *access_);
      snapshot_.services.store = guard_.get();
      call_.access = &*access_;
    }
    call_.options = &writer.options_;
    call_.snapshot = &snapshot_;
    call_.deadline = std::chrono::steady_clock::now() + k_retries;
  }

  fhir::Result<std::vector<ImportedLine>> run() {
    if (call_.options->check_references_on_write && !call_.options->create_placeholders)
      hold_back();
    const std::size_t count = prepared_.writes.size();
    std::size_t begin = 0;
    while (begin < count) {
      const std::size_t end = refusals_ > k_refusals_max ? begin + 1 : end_of_distinct(begin);
      FHIR_CHECK(write(begin, end));
      begin = end;
    }
    return std::move(prepared_.results);
  }

 private:
  /// What refers to something that is neither here nor in the batch, by way of others that do as
  /// well: the store would refuse them one by one.
  void hold_back() {
    storage::Store& store = prepared_.snapshot->store();  // of all that is here, seen or not
    std::map<Target, int> batch;
    for (const auto& [line, write] : prepared_.writes) ++batch[{write.type, write.id}];
    bool has_changed = true;
    while (std::exchange(has_changed, false)) {
      std::erase_if(prepared_.writes, [&](const auto& one) {
        const auto& [line, write] = one;
        const auto lacking =
            std::find_if(write.must_exist.begin(), write.must_exist.end(), [&](const auto& target) {
              const auto found = batch.find(target);
              return (found == batch.end() || found->second == 0) &&
                     !writer_.is_here(store, target, call_.deadline);
            });
        if (lacking == write.must_exist.end()) return false;
        --batch[{write.type, write.id}];
        has_changed = true;
        lack(line, one_of(*lacking));
        return true;
      });
    }
  }

  Failure one_of(const Target& target) const {
    const bool tells = call_.access == nullptr || call_.access->reads_everything();
    const std::string name = tells ? target.first + "/" + target.second : "something";
    return failure(fhir::make_issue(fhir::Situation::conflict, IssueType::conflict,
                                    "The resource refers to " + name + ", which is not here"));
  }

  void lack(std::size_t line, Failure refusal) {
    ImportedLine& result = prepared_.results[line];
    result.fate = Fate::lacking;
    result.refusal = std::move(refusal);
    result.text = prepared_.lines[line].text;
    place(result.refusal, prepared_.lines[line].number);
  }

  /// A resource that comes twice is written twice, one version after the other.
  std::size_t end_of_distinct(std::size_t begin) const {
    std::set<std::pair<std::string_view, std::string_view>> seen;
    std::size_t end = begin;
    while (end < prepared_.writes.size()) {
      const storage::Write& write = prepared_.writes[end].second;
      if (!seen.emplace(write.type, write.id).second) break;
      ++end;
    }
    return end;
  }

  /// All of them at once; when the store refuses one, those before it, and then those behind it.
  fhir::Result<void> write(std::size_t begin, std::size_t end) {
    bool is_fresh = true;
    while (begin < end) {
      std::vector<storage::Write> writes;
      writes.reserve(end - begin);
      for (std::size_t i = begin; i < end; ++i)
        writes.push_back(is_fresh ? std::move(prepared_.writes[i].second) : again(i));
      is_fresh = false;
      auto outcome = write_all(call_, std::move(writes));
      if (outcome) return note(begin, end, *outcome), fhir::Result<void>();
      fhir::Issue& issue = outcome.error().issue;
      if (is_of_store(issue)) return fhir::unexpected(std::move(issue));
      if (is_transient(issue)) {
        FHIR_CHECK(wait(issue));
        continue;
      }
      ++refusals_;
      const std::size_t failed = std::min(begin + outcome.error().failed, end - 1);
      if (failed > begin) {
        restore(begin, failed);
        FHIR_CHECK(write(begin, failed));
      }
      const std::size_t line = prepared_.writes[failed].first;
      if (is_lack(call_, issue)) {
        lack(line, write_failure(call_, std::move(issue)));
      } else {
        prepared_.results[line].refusal = write_failure(call_, std::move(issue));
        place(prepared_.results[line].refusal, prepared_.lines[line].number);
      }
      begin = failed + 1;
      if (refusals_ > k_refusals_max && end - begin > 1) {
        for (; begin < end; ++begin) {
          restore(begin, begin + 1);
          FHIR_CHECK(write(begin, begin + 1));
        }
      }
    }
    return {};
  }

  void note(std::size_t begin, std::size_t end, const storage::Store::Outcome& outcome) {
    for (std::size_t i = begin; i < end; ++i) {
      const bool is_same = outcome.written[i - begin].unchanged;
      prepared_.results[prepared_.writes[i].first].fate = is_same ? Fate::unchanged : Fate::written;
    }
  }

  /// A write that was handed to the store before: it came to something then.
  storage::Write again(std::size_t i) {
    std::string type;
    auto made = writer_.read(call_, prepared_.lines[prepared_.writes[i].first], type);
    return made ? *std::move(made) : storage::Write{};
  }
  void restore(std::size_t begin, std::size_t end) {
    for (; begin < end; ++begin) prepared_.writes[begin].second = again(begin);
  }

  fhir::Result<void> wait(fhir::Issue& issue) const {
    if (std::chrono::steady_clock::now() > call_.deadline)
      return fhir::unexpected(std::move(issue));
    if (is_cancelled_)
      return fhir::unexpected(fhir::make_issue(IssueType::incomplete, "The import was cancelled"));
    std::this_thread::sleep_for(k_retry_pause);
    return {};
  }

  const LineWriter& writer_;
  Prepared prepared_;
  const std::atomic<bool>& is_cancelled_;
  Snapshot snapshot_;
  std::optional<access::Access> access_;
  std::unique_ptr<access::GuardedStore> guard_;
  Call call_;
  int refusals_ = 0;
};

fhir::Result<std::vector<ImportedLine>> LineWriter::write(
    Prepared prepared, const std::atomic<bool>& is_cancelled) const {
  return Writing(*this, std::move(prepared), is_cancelled).run();
}

}  // namespace server::rest
