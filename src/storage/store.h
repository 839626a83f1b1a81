// The store: every version of every resource, and the index to find the current ones.
// Implemented on SQLite (sqlite/) and later on PostgreSQL; src/rest knows this header only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "src/search/index_rows.h"
#include "src/search/query.h"

namespace server::storage {

enum class WriteMethod : std::uint8_t {
  create,
  update,
  patch,
  delete_,
  erase_history,  // takes old versions away and makes no new one
  erase,          // takes the resource away, all its versions and its index rows
  reindex         // brings the index rows of the current version up to date; no new version
};

/// One stored version.
struct Version {
  std::string type;
  std::string id;
  std::int64_t version_id = 0;    // >= 1
  std::int64_t last_updated = 0;  // UTC milliseconds
  WriteMethod method = WriteMethod::create;
  bool deleted = false;
  std::string body;  // FHIR JSON with meta as stored; empty when deleted
};

/// A body whose versionId and lastUpdated are not known before the write: the writer fills in
/// `head "<versionId>" middle "<lastUpdated>" tail`.
struct PendingBody {
  std::string head;    // … "meta":{"versionId":"
  std::string middle;  // ","lastUpdated":"
  std::string tail;    // " … }
};

/// What must hold for a write to happen, judged inside the transaction.
struct Precondition {
  std::optional<std::int64_t> if_match;  // current version_id; otherwise conflict, 412
  bool must_not_exist = false;           // create with a chosen id
  /// Conditional create: nothing may match inside the transaction; otherwise the write fails with
  /// IssueType::duplicate and the caller looks again.
  std::shared_ptr<const search::Query> must_match_none;
};

inline constexpr std::string_view k_held_back =
    "The token does not allow to write a resource with this id or this content";

/// A reindex whose precondition names a version that is no longer current changes nothing: what
/// made the current one has indexed it.
struct Write {
  WriteMethod method = WriteMethod::create;
  std::string type;
  std::string id;
  PendingBody body;         // unused by delete_
  search::IndexRows index;  // of the new body; empty for delete_
  Precondition precondition;
  /// An update whose body is that of the current version writes nothing.
  bool skip_unchanged = false;
  /// Not even then: others of the batch refer to the version that it makes.
  bool must_make_version = false;
  /// Type and id of what must be current once the batch is written: otherwise a conflict, 409.
  std::vector<std::pair<std::string, std::string>> must_exist;
  /// delete_: no current resource may refer to it once the batch is written: otherwise 409.
  bool must_not_be_referenced = false;
  /// What may be written is held to these, of the type and the id: the current version must be
  /// there and match the one before the write, else it is as if it was not there (404); the new
  /// one must match the other after it, else the write is refused (403). Null: no limit.
  std::shared_ptr<const search::Query> limit_before, limit_after;
  /// What patients hold back from who writes, of the type and the id. Where one of these does not
  /// match the write is refused (403), always with the same words (k_held_back).
  struct Held {
    std::shared_ptr<const search::Query> before;   // the current version, where there is one
    std::shared_ptr<const search::Query> changed;  // the one that takes its place
    /// The new one, each unless a version before does not match it either.
    std::vector<std::shared_ptr<const search::Query>> anew;
  } held;
  /// Whether the server made the id for this write, so that nothing can stand there.
  bool has_new_id = false;
  std::optional<std::int64_t> erased_version;  // erase_history: this one; else all but the current
  bool only_when_deleted = false;              // erase: leave a live resource as it is
};

struct Written {
  std::int64_t version_id = 0;
  std::int64_t last_updated = 0;
  bool created = false;    // no current version stood there before (new, or brought back)
  bool unchanged = false;  // nothing was done: delete of what is not there, or skip_unchanged
  bool erased = false;     // nothing of it is left
  std::string body;        // as stored; empty for delete_
};

/// Matches of a search and what they include, with the cursor of the next page.
struct Page {
  struct Entry {
    Version version;
    bool is_match = true;  // else: include
    /// Id of the contained resource that matches: the version is that of its container.
    std::string contained_id;
    std::optional<double> score;  // of a match of _text or _content: 0 to 1
    bool is_past = false;  // it has changed since the moment of the search, and is as it was then
  };
  std::vector<Entry> entries;
  std::string next_cursor;             // empty: this is the last page
  std::string previous_cursor;         // reserved; empty
  std::optional<std::uint64_t> total;  // where the query asks for it
  std::vector<std::string> plan;       // how it was found, a line each; where the query asks for it
};

/// What a history is held to by `_list`.
struct HistoryItem {
  std::string type;
  std::string id;
  std::optional<std::int64_t> version;  // this one only
};

struct HistoryRequest {
  std::string type;  // empty: all types
  std::string id;    // empty: all of the type
  std::uint32_t count = 50;
  std::optional<std::int64_t> since;  // UTC ms, inclusive
  std::optional<std::int64_t> at;     // UTC ms
  bool oldest_first = false;
  std::optional<std::vector<HistoryItem>> within;  // _list: no versions but these
  std::string cursor;
};

struct HistoryPage {
  std::vector<Version> versions;  // in the order asked for; deletions have no body
  std::string next_cursor;
  std::uint64_t total = 0;
  bool has_total = true;  // else how many there are is not told
};

struct Label {
  std::string system;
  std::string code;
};

/// What the meta elements of current resources hold, each once.
struct Labels {
  std::vector<std::string> profiles;
  std::vector<Label> security;
  std::vector<Label> tags;
};

/// Resources that an erasure may concern.
enum class Erasable : std::uint8_t {
  deleted,    // the last version is a deletion
  any,        // whatever has a version
  superseded  // there are old versions
};

/// A moment of the store that searches may go back to.
struct Moment {
  std::string text;            // for Query::moment of this store alone
  std::int64_t newest_ms = 0;  // UTC: no version of then is newer
};

/// One snapshot of the database. Not for several threads at once; short-lived.
class Reader {
 public:
  virtual ~Reader() = default;
  /// errors   not-found: never existed · deleted: the last version is a deletion
  virtual fhir::Result<Version> read(std::string_view type, std::string_view id) = 0;
  virtual fhir::Result<Version> read_version(std::string_view type, std::string_view id,
                                             std::int64_t version_id) = 0;
  virtual fhir::Result<Page> search(const search::Query& query) = 0;
  /// That of this snapshot.
  virtual fhir::Result<Moment> moment() = 0;
  /// Only the number of matches.
  virtual fhir::Result<std::uint64_t> count(const search::Query& query) = 0;
  virtual fhir::Result<HistoryPage> history(const HistoryRequest& request) = 0;
  /// Profiles, security labels and tags in use by a type; by all when it is empty.
  virtual fhir::Result<Labels> labels(std::string_view type) = 0;
  /// Ids of resources of a type, `limit` at most, in no order that means something.
  virtual fhir::Result<std::vector<std::string>> erasable(std::string_view type, Erasable which,
                                                          std::uint32_t limit) = 0;
  /// What Store::put_note() keeps under that name; nothing when there is none.
  virtual fhir::Result<std::optional<std::string>> note(std::string_view name) = 0;
};

/// Thread-safe.
class Store {
 public:
  virtual ~Store() = default;

  /// A reader on a snapshot taken now. Blocks while all connections are leased, up to the deadline.
  virtual fhir::Result<std::unique_ptr<Reader>> reader(
      std::chrono::steady_clock::time_point deadline) = 0;

  /// The current version of one resource as it is committed now: a snapshot of its own, without the
  /// cost of a reader's.
  ///
  /// errors   as Reader::read · transient: no connection came free before the deadline
  virtual fhir::Result<Version> read(std::string_view type, std::string_view id,
                                     std::chrono::steady_clock::time_point deadline) = 0;

  /// All writes or none, in order, in one transaction; answers when they are durable.
  ///
  /// errors   conflict / Situation::precondition_failed: if_match · not-found …
  ///          transient / unavailable: the queue is full · no-store: the disk is full; nothing of
  ///          the batch is kept on any error. `failed` tells which write it was.
  struct Outcome {
    std::vector<Written> written;  // one per write, in order
  };
  struct Failure {
    std::size_t failed = 0;  // index into writes
    fhir::Issue issue;
  };
  virtual fhir::Result<Outcome, Failure> write(std::vector<Write> writes) = 0;

  /// Keeps a text that is no resource, such as how far long work has come. Durable as a write.
  virtual fhir::Result<void> put_note(std::string_view name, std::string_view text) = 0;

  /// A text that a client may carry and bring back, but neither make nor change; in the alphabet of
  /// URLs. Good for as long as the store is.
  virtual std::string seal(std::string_view text) = 0;
  /// The text again; nothing when seal() of this store did not make it.
  virtual std::optional<std::string> unseal(std::string_view sealed) = 0;

  /// Current resources per type, kept with every write.
  virtual std::vector<std::pair<std::string, std::uint64_t>> counts() = 0;

  /// Whether a write would succeed now: the health check asks.
  virtual bool is_healthy() = 0;
};

}  // namespace server::storage
