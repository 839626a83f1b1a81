#include "src/storage/sqlite/records.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <system_error>
#include <utility>

#include "src/storage/sqlite/connection.h"
#include "src/storage/sqlite/private_file.h"

namespace server::storage {
namespace {

using namespace sqlite;
using security::Record;

constexpr int k_schema_version = 1;
constexpr std::string_view k_schema = R"sql(
CREATE TABLE record(kind TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,
  version INTEGER NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY(kind, key)) WITHOUT ROWID;
CREATE INDEX record_expiry ON record(expires_at) WHERE expires_at > 0;
PRAGMA user_version = 1;
)sql";

const std::string k_get =
    "SELECT value, version, expires_at FROM record WHERE kind = ?1 AND key = ?2 AND "
    "(expires_at = 0 OR expires_at > ?3)";
const std::string k_put =
    "INSERT INTO record VALUES(?1, ?2, ?4, 1, ?5) ON CONFLICT DO UPDATE SET value = ?4, "
    "version = version + 1, expires_at = ?5";
const std::string k_put_new =
    "INSERT INTO record VALUES(?1, ?2, ?4, 1, ?5) ON CONFLICT DO UPDATE SET value = ?4, "
    "version = 1, expires_at = ?5 WHERE expires_at > 0 AND expires_at <= ?3";
const std::string k_replace =
    "UPDATE record SET value = ?4, version = version + 1, expires_at = ?5 WHERE kind = ?1 AND "
    "key = ?2 AND version = ?6 AND (expires_at = 0 OR expires_at > ?3)";
const std::string k_take =
    "DELETE FROM record WHERE kind = ?1 AND key = ?2 AND (expires_at = 0 OR expires_at > ?3) "
    "RETURNING value, version, expires_at";
const std::string k_remove = "DELETE FROM record WHERE kind = ?1 AND key = ?2";
const std::string k_list =
    "SELECT value, version, expires_at, key FROM record WHERE kind = ?1 AND key > ?2 AND "
    "(expires_at = 0 OR expires_at > ?3) ORDER BY key LIMIT ?4";
const std::string k_purge =
    "DELETE FROM record WHERE (kind, key) IN (SELECT kind, key FROM record WHERE expires_at > 0 "
    "AND expires_at <= ?1 LIMIT ?2)";

const std::string k_data_version = "PRAGMA data_version";

Record record_of(const Statement& row) {
  return {std::string(row.bytes(0)), row.integer(1), row.integer(2)};
}

/// A connection and who uses it now.
struct Shared {
  std::mutex mutex;
  std::unique_ptr<Connection> connection;
};

class SqliteRecords final : public security::RecordStore {
 public:
  explicit SqliteRecords(std::function<std::int64_t()> now_ms) : now_ms_(std::move(now_ms)) {}

  fhir::Result<void> open(const std::filesystem::path& file, const RecordOptions& options) {
    others_seen_after_ = options.others_seen_after;
    FHIR_CHECK(make_private(file));
    FHIR_TRY(writer, Connection::open(file, Connection::Access::read_write));
    FHIR_CHECK(writer->execute("PRAGMA journal_mode = WAL; PRAGMA secure_delete = 1"));
    FHIR_CHECK(writer->execute(options.durability == Durability::full ? "PRAGMA synchronous = FULL"
                                                                      : "PRAGMA synchronous = 1"));
    FHIR_CHECK(migrate(*writer));
    writer_.connection = std::move(writer);
    FHIR_TRY(watcher, Connection::open(file, Connection::Access::read_only));
    watcher_.connection = std::move(watcher);
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options.readers); ++i) {
      auto reader = std::make_unique<Shared>();
      FHIR_TRY(connection, Connection::open(file, Connection::Access::read_only));
      reader->connection = std::move(connection);
      readers_.push_back(std::move(reader));
    }
    return {};
  }

  fhir::Result<std::optional<Record>> get(std::string_view kind, std::string_view key) override {
    auto [lock, connection] = reader();
    return one(*connection, k_get, kind, key);
  }

  fhir::Result<bool> put(std::string_view kind, std::string_view key, std::string_view value,
                         std::int64_t expires_at, std::optional<std::int64_t> expected) override {
    const std::lock_guard lock(writer_.mutex);
    Connection& connection = *writer_.connection;
    const std::string& text = !expected ? k_put : *expected == 0 ? k_put_new : k_replace;
    FHIR_TRY(statement, connection.statement(text));
    {
      Run run(*statement);
      run->bind_text(1, kind);
      run->bind_text(2, key);
      run->bind(3, now_ms_());
      run->bind_blob(4, value);
      run->bind(5, expires_at);
      if (expected && *expected != 0) run->bind(6, *expected);
      if (run->step() == Step::failed) return fhir::unexpected(connection.issue(run->code()));
    }
    FHIR_TRY(changed, connection.integer("SELECT changes()"));
    if (changed > 0 && expected != 0) count_change();
    return changed > 0;
  }

  fhir::Result<std::optional<Record>> take(std::string_view kind, std::string_view key) override {
    const std::lock_guard lock(writer_.mutex);
    auto taken = one(*writer_.connection, k_take, kind, key);
    count_change();
    return taken;
  }

  fhir::Result<void> remove(std::string_view kind, std::string_view key) override {
    const std::lock_guard lock(writer_.mutex);
    FHIR_TRY(statement, writer_.connection->statement(k_remove));
    Run run(*statement);
    run->bind_text(1, kind);
    run->bind_text(2, key);
    const Step step = run->step();
    count_change();
    if (step == Step::failed) return fhir::unexpected(writer_.connection->issue(run->code()));
    return {};
  }

  fhir::Result<std::vector<std::pair<std::string, Record>>> list(std::string_view kind,
                                                                 std::string_view after,
                                                                 std::uint32_t limit) override {
    auto [lock, connection] = reader();
    FHIR_TRY(statement, connection->statement(k_list));
    Run run(*statement);
    run->bind_text(1, kind);
    run->bind_text(2, after);
    run->bind(3, now_ms_());
    run->bind(4, static_cast<std::int64_t>(limit));
    std::vector<std::pair<std::string, Record>> records;
    Step step = run->step();
    for (; step == Step::row; step = run->step())
      records.emplace_back(std::string(run->bytes(3)), record_of(*run));
    if (step == Step::failed) return fhir::unexpected(connection->issue(run->code()));
    return records;
  }

  /// To look for what others changed takes locks of the file: it is done now and then, by one
  /// thread while the others go on.
  fhir::Result<std::int64_t> revision() override {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    if (now - Ticks(looked_at_.load(std::memory_order_relaxed)) >= others_seen_after_) {
      if (const std::unique_lock lock(watcher_.mutex, std::try_to_lock); lock) {
        FHIR_CHECK(look_for_others());
        looked_at_.store(std::chrono::duration_cast<Ticks>(now).count(), std::memory_order_relaxed);
      }
    }
    return changes_.load(std::memory_order_acquire);
  }

  fhir::Result<void> purge(std::uint32_t limit) override {
    const std::lock_guard lock(writer_.mutex);
    FHIR_TRY(statement, writer_.connection->statement(k_purge));
    Run run(*statement);
    run->bind(1, now_ms_());
    run->bind(2, static_cast<std::int64_t>(limit));
    if (run->step() == Step::failed)
      return fhir::unexpected(writer_.connection->issue(run->code()));
    return {};
  }

 private:
  using Ticks = std::chrono::steady_clock::duration;

  void count_change() { changes_.fetch_add(1, std::memory_order_release); }

  /// "values … for the same database connection are different if changes were committed … by some
  /// other connection": this one changes nothing itself.
  fhir::Result<void> look_for_others() {
    FHIR_TRY(statement, watcher_.connection->statement(k_data_version));
    Run run(*statement);
    if (run->step() != Step::row) return fhir::unexpected(watcher_.connection->issue(run->code()));
    if (std::exchange(data_version_, run->integer(0)) != run->integer(0)) count_change();
    return {};
  }

  static fhir::Result<void> migrate(Connection& connection) {
    // Several processes may start at once: the version is read under the lock.
    FHIR_CHECK(connection.execute("BEGIN IMMEDIATE"));
    auto version = connection.integer("PRAGMA user_version");
    fhir::Result<void> done;
    if (!version) {
      done = fhir::unexpected(std::move(version).error());
    } else if (*version > k_schema_version) {
      done = fhir::unexpected(fhir::make_issue(fhir::Situation::internal,
                                               fhir::IssueType::not_supported,
                                               "A newer program wrote auth.db"));
    } else if (*version < 1) {
      done = connection.execute(k_schema);
    }
    FHIR_CHECK(connection.execute(done ? "COMMIT" : "ROLLBACK"));
    return done;
  }

  fhir::Result<std::optional<Record>> one(Connection& connection, const std::string& text,
                                          std::string_view kind, std::string_view key) {
    FHIR_TRY(statement, connection.statement(text));
    Run run(*statement);
    run->bind_text(1, kind);
    run->bind_text(2, key);
    run->bind(3, now_ms_());
    std::optional<Record> record;
    Step step = run->step();
    for (; step == Step::row; step = run->step()) record = record_of(*run);
    if (step == Step::failed) return fhir::unexpected(connection.issue(run->code()));
    return record;
  }

  std::pair<std::unique_lock<std::mutex>, Connection*> reader() {
    for (const auto& shared : readers_) {
      if (std::unique_lock lock(shared->mutex, std::try_to_lock); lock)
        return {std::move(lock), shared->connection.get()};
    }
    Shared& shared = *readers_[next_.fetch_add(1, std::memory_order_relaxed) % readers_.size()];
    return {std::unique_lock(shared.mutex), shared.connection.get()};
  }

  const std::function<std::int64_t()> now_ms_;
  Shared writer_;
  Shared watcher_;                 // its mutex guards data_version_ as well
  std::int64_t data_version_ = 0;  // as it was seen last
  std::atomic<Ticks::rep> looked_at_ = 0;
  std::atomic<std::int64_t> changes_ = 0;
  std::chrono::milliseconds others_seen_after_{0};
  std::vector<std::unique_ptr<Shared>> readers_;
  std::atomic<std::size_t> next_ = 0;
};

std::int64_t system_now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

fhir::Result<std::unique_ptr<security::RecordStore>> open_records(const RecordOptions& options) {
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  if (error)
    return fhir::unexpected(
        fhir::make_issue(fhir::Situation::unavailable, fhir::IssueType::no_store,
                         "Cannot make the data folder " + options.directory.string()));
  auto records = std::make_unique<SqliteRecords>(options.now_ms ? options.now_ms : system_now_ms);
  FHIR_CHECK(records->open(options.directory / "auth.db", options));
  return std::unique_ptr<security::RecordStore>(std::move(records));
}

}  // namespace server::storage
