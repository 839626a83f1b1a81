#include "src/storage/sqlite/connection.h"

#include <sqlite3.h>

#include <utility>

#include "src/storage/cancellation.h"
#include "src/storage/sqlite/errors.h"
#include "src/storage/sqlite/functions.h"
#include "src/storage/sqlite/past.h"

namespace server::storage::sqlite {
namespace {

constexpr int k_operations_between_looks = 4000;  // of SQLite's machine: well below a millisecond
constexpr int k_busy_ms = 2000;  // only for locks of a tool that looks into the file

bool has_passed(std::chrono::steady_clock::time_point deadline) {
  return is_cancelled() || (deadline != std::chrono::steady_clock::time_point::max() &&
                            std::chrono::steady_clock::now() > deadline);
}

int look_at_clock(void* deadline) {
  return has_passed(*static_cast<const std::chrono::steady_clock::time_point*>(deadline)) ? 1 : 0;
}

}  // namespace

fhir::Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& file,
                                                           Access access) {
  // Memory statistics take a lock that all connections share, at every allocation.
  static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)configured;
  sqlite3* db = nullptr;
  const int flags = SQLITE_OPEN_NOMUTEX |
                    (access == Access::read_only ? SQLITE_OPEN_READONLY
                                                 : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  const int code = sqlite3_open_v2(file.c_str(), &db, flags, nullptr);
  if (code != SQLITE_OK) {
    fhir::Issue issue = issue_of(db, code);
    sqlite3_close_v2(db);
    return fhir::unexpected(std::move(issue));
  }
  std::unique_ptr<Connection> connection(new Connection(db));
  add_functions(db);
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, k_busy_ms);
  sqlite3_progress_handler(db, k_operations_between_looks, look_at_clock, &connection->deadline_);
  return connection;
}

Connection::Connection(sqlite3* db) : db_(db) {}

Connection::~Connection() {
  past_.reset();
  by_text_.clear();
  recent_.clear();
  fixed_ = {};
  sqlite3_close_v2(db_);
}

fhir::Result<void> Connection::execute(std::string_view statements) {
  const int code = sqlite3_exec(db_, std::string(statements).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fhir::unexpected(issue(code));
  return {};
}

fhir::Result<std::int64_t> Connection::integer(std::string_view statement_text) {
  FHIR_TRY(statement, prepare(statement_text));
  const Step step = statement.step();
  if (step == Step::failed) return fhir::unexpected(issue(statement.code()));
  return step == Step::row ? statement.integer(0) : std::int64_t{0};
}

fhir::Result<Statement*> Connection::statement(const std::string& text) {
  if (const auto found = by_text_.find(text); found != by_text_.end()) {
    recent_.splice(recent_.begin(), recent_, found->second);
    return &recent_.front().statement;
  }
  FHIR_TRY(prepared, prepare(text));
  if (recent_.size() >= k_statements_max) {
    by_text_.erase(recent_.back().text);
    recent_.pop_back();
  }
  recent_.push_front({text, std::move(prepared)});
  by_text_.emplace(recent_.front().text, recent_.begin());
  return &recent_.front().statement;
}

fhir::Result<Statement*> Connection::fixed(Fixed name) {
  Statement& statement = fixed_[static_cast<std::size_t>(name)];
  if (!statement) {
    FHIR_TRY(prepared, prepare(text_of(name)));
    statement = std::move(prepared);
  }
  return &statement;
}

fhir::Result<void> Connection::run(Fixed name) {
  FHIR_TRY(statement, fixed(name));
  Run run(*statement);
  if (run->step() == Step::failed) return fhir::unexpected(issue(run->code()));
  return {};
}

fhir::Result<void> Connection::check_deadline() const {
  if (has_passed(deadline_)) return fhir::unexpected(issue(SQLITE_INTERRUPT));
  return {};
}

fhir::Result<void> Connection::begin_snapshot(std::uint64_t commits) {
  if (shows(commits)) return {};
  end_snapshot();
  FHIR_CHECK(run(Fixed::begin));
  snapshot_ = commits;
  return {};
}

void Connection::end_snapshot() {
  newest_ = {};
  if (in_transaction()) (void)run(Fixed::commit);
}

fhir::Result<std::int64_t> Connection::integer(Fixed name, std::optional<std::int64_t> value) {
  FHIR_TRY(statement, fixed(name));
  Run run(*statement);
  if (value) run->bind(1, *value);
  if (run->step() == Step::failed) return fhir::unexpected(issue(run->code()));
  return run->integer(0);
}

fhir::Result<std::int64_t> Connection::newest_rid() {
  if (!newest_.rid) {
    FHIR_TRY(rid, integer(Fixed::newest_rid));
    newest_.rid = rid;
  }
  return *newest_.rid;
}

fhir::Result<std::int64_t> Connection::newest_change() {
  if (!newest_.change) {
    FHIR_TRY(change, integer(Fixed::newest_change));
    newest_.change = change;
  }
  return *newest_.change;
}

fhir::Result<std::int64_t> Connection::newest_time(std::int64_t type) {
  if (const auto known = newest_.times.find(type); known != newest_.times.end())
    return known->second;
  FHIR_TRY(time, integer(Fixed::newest_time, type));
  newest_.times.emplace(type, time);
  return time;
}

fhir::Result<Statement> Connection::prepare(std::string_view text) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(db_, text.data(), static_cast<int>(text.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) return fhir::unexpected(issue(code));
  return Statement(handle);
}

fhir::Result<Past*> Connection::past() {
  if (past_ == nullptr) {
    FHIR_TRY(opened, Past::open(*this));
    past_ = std::move(opened);
  }
  return past_.get();
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

fhir::Issue Connection::issue(int code) const { return issue_of(db_, code); }

}  // namespace server::storage::sqlite
