#include "src/storage/sqlite/statement.h"

#include <sqlite3.h>

#include <utility>

namespace server::storage::sqlite {

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(handle_, other.handle_);
  return *this;
}

Statement::~Statement() { sqlite3_finalize(handle_); }

void Statement::bind(int at, std::int64_t value) { sqlite3_bind_int64(handle_, at, value); }
void Statement::bind(int at, double value) { sqlite3_bind_double(handle_, at, value); }

void Statement::bind_text(int at, std::string_view value) {
  // A null pointer would bind NULL.
  sqlite3_bind_text64(handle_, at, value.empty() ? "" : value.data(), value.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
}

void Statement::bind_blob(int at, std::string_view value) {
  sqlite3_bind_blob64(handle_, at, value.empty() ? "" : value.data(), value.size(), SQLITE_STATIC);
}

void Statement::bind_null(int at) { sqlite3_bind_null(handle_, at); }

void Statement::bind(int at, const sql::Value& value) {
  switch (value.index()) {
    case 0:
      bind_null(at);
      break;
    case 1:
      bind(at, std::get<1>(value));
      break;
    case 2:
      bind(at, std::get<2>(value));
      break;
    case 3:
      bind_text(at, std::get<3>(value));
      break;
    default:
      bind_blob(at, *std::get<4>(value));
      break;
  }
}

Step Statement::step() {
  code_ = sqlite3_step(handle_);
  if (code_ == SQLITE_ROW) return Step::row;
  return code_ == SQLITE_DONE ? Step::done : Step::failed;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }
double Statement::real(int column) const { return sqlite3_column_double(handle_, column); }

std::string_view Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(handle_, column);
  const int size = sqlite3_column_bytes(handle_, column);
  return {static_cast<const char*>(data), data == nullptr ? 0 : static_cast<std::size_t>(size)};
}

sql::Value Statement::value(int column) const {
  switch (sqlite3_column_type(handle_, column)) {
    case SQLITE_INTEGER:
      return integer(column);
    case SQLITE_FLOAT:
      return real(column);
    case SQLITE_NULL:
      return {};
    default:
      return std::string(bytes(column));
  }
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

void Statement::reset() { sqlite3_reset(handle_); }

}  // namespace server::storage::sqlite
