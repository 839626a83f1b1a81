// One prepared statement. Belongs to a connection and to whoever uses that connection now.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "src/storage/sql/sql_text.h"

struct sqlite3_stmt;

namespace server::storage::sqlite {

enum class Step : unsigned char { row, done, failed };

class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}
  Statement(Statement&& other) noexcept : handle_(other.handle_) { other.handle_ = nullptr; }
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  /// Parameters count from 1. Text and blobs are not copied: they must live until reset().
  void bind(int at, std::int64_t value);
  void bind(int at, double value);
  void bind_text(int at, std::string_view value);
  void bind_blob(int at, std::string_view value);
  void bind_null(int at);
  void bind(int at, const sql::Value& value);

  Step step();
  /// The result code of the last step that failed.
  int code() const { return code_; }

  /// Columns count from 0. Views live until the next step or reset.
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view bytes(int column) const;
  sql::Value value(int column) const;
  bool is_null(int column) const;

  /// Ends the run, so that the statement holds no lock.
  void reset();
  explicit operator bool() const { return handle_ != nullptr; }

 private:
  sqlite3_stmt* handle_ = nullptr;
  int code_ = 0;
};

/// Resets a statement at the end of a scope.
class Run {
 public:
  explicit Run(Statement& statement) : statement_(statement) {}
  ~Run() { statement_.reset(); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  Statement* operator->() { return &statement_; }
  Statement& operator*() { return statement_; }

 private:
  Statement& statement_;
};

}  // namespace server::storage::sqlite
