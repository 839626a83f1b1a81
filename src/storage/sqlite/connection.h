// One SQLite connection with its prepared statements. Used by one thread at a time.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "fhir/base/result.h"
#include "src/security/seal.h"
#include "src/storage/sqlite/body_codec.h"
#include "src/storage/sqlite/fixed_statements.h"
#include "src/storage/sqlite/statement.h"

struct sqlite3;

namespace server::storage::sqlite {

class Past;

class Connection {
 public:
  enum class Access : unsigned char { read_only, read_write };

  static fhir::Result<std::unique_ptr<Connection>> open(const std::filesystem::path& file,
                                                        Access access);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs statements that give no rows and take no values.
  fhir::Result<void> execute(std::string_view statements);
  /// The first column of the first row; 0 when there is none.
  fhir::Result<std::int64_t> integer(std::string_view statement);

  /// The statement of a text, prepared once; the most recently used k_statements_max are kept. Give
  /// back by Run (reset) before asking again for the same text.
  fhir::Result<Statement*> statement(const std::string& text);

  /// A statement that is kept for good and found without hashing.
  fhir::Result<Statement*> fixed(Fixed name);
  /// Runs one that takes no values and gives no rows.
  fhir::Result<void> run(Fixed name);

  /// Work past this point of time is interrupted: the statement fails with SQLITE_INTERRUPT.
  void set_deadline(std::chrono::steady_clock::time_point deadline) { deadline_ = deadline; }

  /// errors   timeout: it has passed. For loops whose statements are each too short to notice.
  fhir::Result<void> check_deadline() const;

  /// Begins a read transaction, unless the one that an earlier request left open shows all that was
  /// committed: taking and leaving a snapshot costs two locks of the operating system. The snapshot
  /// stands from the first statement on.
  ///
  /// commits   the writer's count, read before this call
  fhir::Result<void> begin_snapshot(std::uint64_t commits);
  bool shows(std::uint64_t commits) const { return in_transaction() && snapshot_ == commits; }
  void end_snapshot();
  /// Of the snapshot, each asked of the database once for it: the newest rid, the last change, and
  /// when the last version of a type was made; 0 where there is none.
  fhir::Result<std::int64_t> newest_rid();
  fhir::Result<std::int64_t> newest_change();
  fhir::Result<std::int64_t> newest_time(std::int64_t type);

  /// How bodies are read and cursors sealed on this connection; both outlive it.
  void set_codes(const BodyCodec& bodies, const security::Seal& seal) {
    bodies_ = &bodies;
    seal_ = &seal;
  }
  const security::Seal& seal() const { return *seal_; }
  /// The body in a column of a row; empty where that is NULL.
  fhir::Result<std::string> body(const Statement& row, int column) const {
    return bodies_->expand(row.bytes(column));
  }

  /// Whether a transaction is open. Severe errors end it without being asked.
  bool in_transaction() const;
  fhir::Issue issue(int code) const;
  sqlite3* handle() { return db_; }

  std::chrono::steady_clock::time_point deadline() const { return deadline_; }
  /// What the database was before; opened when it is first asked for.
  fhir::Result<Past*> past();

  static constexpr std::size_t k_statements_max = 256;

 private:
  explicit Connection(sqlite3* db);
  fhir::Result<Statement> prepare(std::string_view text);
  fhir::Result<std::int64_t> integer(Fixed name, std::optional<std::int64_t> value = {});

  sqlite3* db_;
  const BodyCodec* bodies_ = nullptr;
  const security::Seal* seal_ = nullptr;
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
  std::uint64_t snapshot_ = 0;  // the count of commits that the open transaction shows
  struct Newest {
    std::optional<std::int64_t> rid, change;
    std::unordered_map<std::int64_t, std::int64_t> times;  // by type
  };
  Newest newest_;  // of that snapshot
  std::array<Statement, k_fixed_statements> fixed_;
  struct Cached {
    std::string text;
    Statement statement;
  };
  std::unique_ptr<Past> past_;
  std::list<Cached> recent_;  // front: used last
  std::unordered_map<std::string_view, std::list<Cached>::iterator> by_text_;
};

}  // namespace server::storage::sqlite
