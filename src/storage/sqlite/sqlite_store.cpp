#include "src/storage/sqlite/sqlite_store.h"
#include "src/security/secrets.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <thread>

#include "src/storage/sql/contained_name.h"
#include "src/storage/sql/dialect.h"
#include "src/storage/sql/migrations.h"
#include "src/storage/sqlite/lock_file.h"
#include "src/storage/sqlite/private_file.h"
#include "src/storage/sqlite/reader.h"
#include "src/storage/sqlite/reserve.h"
#include "src/storage/sqlite/writer.h"

namespace server::storage {
namespace {

using namespace sqlite;

constexpr std::uintmax_t k_free_bytes_min = 16u << 20;  // below it the store says it is not healthy
constexpr std::size_t k_link_key_bytes = 32;

std::int64_t system_now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string_view name_of(Durability durability) {
  switch (durability) {
    case Durability::off:
      return "OFF";
    case Durability::normal:
      return "NORMAL";
    default:
      return "FULL";
  }
}

fhir::Result<void> migrate(Connection& connection) {
  FHIR_TRY(present, connection.integer("PRAGMA user_version"));
  if (present > sql::schema_version()) {
    return fhir::unexpected(fhir::make_issue(
        fhir::Situation::internal, fhir::IssueType::not_supported,
        "The database has schema version " + std::to_string(present) +
            "; this program knows versions up to " + std::to_string(sql::schema_version())));
  }
  for (const sql::Migration& step : sql::migrations()) {
    if (step.version <= present) continue;
    FHIR_CHECK(connection.execute("BEGIN IMMEDIATE"));
    auto done = connection.execute(sql::sqlite_dialect().ddl(step.statements));
    if (done) done = connection.execute("PRAGMA user_version = " + std::to_string(step.version));
    if (done) done = connection.execute("COMMIT");
    if (!done) {
      if (connection.in_transaction()) (void)connection.execute("ROLLBACK");
      return done;
    }
  }
  return {};
}

fhir::Result<std::unique_ptr<Connection>> open_writer(const std::filesystem::path& file,
                                                      const SqliteOptions& options) {
  FHIR_TRY(connection, Connection::open(file, Connection::Access::read_write));
  FHIR_CHECK(connection->execute(
      "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;"
      "PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY; PRAGMA synchronous = " +
      std::string(name_of(options.durability)) + "; PRAGMA cache_size = -" +
      std::to_string(options.writer_cache_bytes / 1024) +
      "; PRAGMA secure_delete = " + (options.erases_securely ? "1" : "0")));
  FHIR_CHECK(migrate(*connection));
  return std::move(connection);
}

fhir::Result<std::vector<std::unique_ptr<Connection>>> open_readers(
    const std::filesystem::path& file, const SqliteOptions& options) {
  const std::size_t count = options.readers != 0
                                ? options.readers
                                : std::max<std::size_t>(8, 4 * std::thread::hardware_concurrency());
  std::vector<std::unique_ptr<Connection>> readers;
  while (readers.size() < count) {
    FHIR_TRY(connection, Connection::open(file, Connection::Access::read_only));
    FHIR_CHECK(connection->execute(
        "PRAGMA query_only = 1; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = " +
        std::to_string(options.mapped_bytes) + "; PRAGMA cache_size = -" +
        std::to_string(options.reader_cache_bytes / 1024)));
    readers.push_back(std::move(connection));
  }
  return readers;
}

fhir::Result<std::int64_t> newest_time(Connection& connection, const Dictionary& dictionary) {
  std::int64_t newest = 0;
  for (std::int64_t type : dictionary.types()) {
    FHIR_TRY(time, connection.integer(
                       "SELECT max(last_updated) FROM resource WHERE version_id > 0 AND type = " +
                       std::to_string(type)));
    newest = std::max(newest, time);
  }
  return newest;
}

/// The key that links are sealed with: the file's own, made at the first start.
fhir::Result<std::string> link_key(Connection& connection) {
  FHIR_TRY(insert, connection.statement("INSERT OR IGNORE INTO setting VALUES('link_key', ?)"));
  const std::string fresh = security::to_base64url(security::random_bytes(k_link_key_bytes));
  {
    Run run(*insert);
    run->bind_text(1, fresh);
    if (run->step() == Step::failed) return fhir::unexpected(connection.issue(run->code()));
  }
  FHIR_TRY(select, connection.statement("SELECT value FROM setting WHERE name = 'link_key'"));
  Run run(*select);
  if (run->step() != Step::row) return fhir::unexpected(connection.issue(run->code()));
  return std::string(run->bytes(0));
}

class SqliteStore final : public Store {
 public:
  SqliteStore(const SqliteOptions& options, LockFile lock)
      : options_(options),
        clock_(options.now_ms ? options.now_ms : Clock(system_now_ms)),
        lock_(std::move(lock)) {}

  /// The writer ends last of all connections: then it can empty the log.
  ~SqliteStore() override {
    if (readers_) readers_->close();
  }

  fhir::Result<void> open() {
    const std::filesystem::path file = options_.directory / "medisync.db";
    FHIR_CHECK(make_private(file));
    auto opened = open_writer(file, options_);
    const bool is_full = !opened && opened.error().type == fhir::IssueType::no_store;
    if (is_full && release_reserve(options_.directory)) opened = open_writer(file, options_);
    if (!opened) return fhir::unexpected(std::move(opened).error());
    std::unique_ptr<Connection> connection = *std::move(opened);
    if (!is_full) take_reserve(options_.directory);  // else it is taken at the next start
    FHIR_CHECK(bodies_.load(*connection));
    FHIR_TRY(key, link_key(*connection));
    seal_.emplace(std::move(key));
    connection->set_codes(bodies_, *seal_);
    FHIR_CHECK(dictionary_.load(*connection));
    FHIR_TRY(newest, newest_time(*connection, dictionary_));
    FHIR_TRY(readers, open_readers(file, options_));
    for (auto& reader : readers) reader->set_codes(bodies_, *seal_);
    readers_ = std::make_unique<ReaderPool>(std::move(readers));
    writer_ = std::make_unique<Writer>(std::move(connection), bodies_, dictionary_, *readers_,
                                       clock_, options_, newest);
    return {};
  }

  fhir::Result<std::unique_ptr<Reader>> reader(
      std::chrono::steady_clock::time_point deadline) override {
    FHIR_TRY(lease, readers_->lease(deadline));
    return std::unique_ptr<Reader>(
        std::make_unique<SqliteReader>(std::move(lease), surroundings(), deadline));
  }

  fhir::Result<Version> read(std::string_view type, std::string_view id,
                             std::chrono::steady_clock::time_point deadline) override {
    FHIR_TRY(lease, readers_->lease(deadline));
    return SqliteReader(std::move(lease), surroundings(), deadline).read(type, id);
  }

  fhir::Result<Outcome, Failure> write(std::vector<Write> writes) override {
    return writer_->write(std::move(writes));
  }

  fhir::Result<void> put_note(std::string_view name, std::string_view text) override {
    auto put = writer_->put_note(name, text);
    if (!put) return fhir::unexpected(std::move(put).error().issue);
    return {};
  }

  std::vector<std::pair<std::string, std::uint64_t>> counts() override {
    std::vector<std::pair<std::string, std::uint64_t>> live;
    for (const auto& [name, counts] : dictionary_.counts()) {
      if (counts.live > 0 && !sql::is_contained_type(name))
        live.emplace_back(name, static_cast<std::uint64_t>(counts.live));
    }
    return live;
  }

  std::string seal(std::string_view text) override { return seal_->close(text, "store"); }
  std::optional<std::string> unseal(std::string_view sealed) override {
    return seal_->open(sealed, "store");
  }

  bool is_healthy() override {
    std::error_code error;
    const auto space = std::filesystem::space(options_.directory, error);
    if (error || space.available < k_free_bytes_min) return false;
    return writer_->is_healthy();
  }

 private:
  SqliteReader::Surroundings surroundings() { return {*readers_, *writer_, dictionary_, clock_}; }

  const SqliteOptions options_;
  const Clock clock_;
  LockFile lock_;
  BodyCodec bodies_;
  std::optional<security::Seal> seal_;  // once open
  Dictionary dictionary_;
  std::unique_ptr<ReaderPool> readers_;
  std::unique_ptr<Writer> writer_;  // asks the readers to make room for it
};

}  // namespace

fhir::Result<std::unique_ptr<Store>> open_sqlite(const SqliteOptions& options) {
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  if (error) {
    return fhir::unexpected(fhir::make_issue(
        fhir::Situation::unavailable, fhir::IssueType::no_store,
        "Cannot make the data folder " + options.directory.string() + ": " + error.message()));
  }
  FHIR_TRY(lock, LockFile::take(options.directory / "medisync.lock"));
  auto store = std::make_unique<SqliteStore>(options, std::move(lock));
  FHIR_CHECK(store->open());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace server::storage
