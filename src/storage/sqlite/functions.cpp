#include "src/storage/sqlite/functions.h"

#include <sqlite3.h>

#include <string_view>

#include "src/storage/sql/number_list.h"

namespace server::storage::sqlite {
namespace {

void is_listed(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  if (sqlite3_value_type(values[1]) == SQLITE_NULL) return sqlite3_result_null(context);
  const auto* bytes = static_cast<const char*>(sqlite3_value_blob(values[0]));
  const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[0]));
  const std::string_view list =
      bytes == nullptr ? std::string_view() : std::string_view(bytes, size);
  sqlite3_result_int(context, sql::is_listed(list, sqlite3_value_int64(values[1])) ? 1 : 0);
}

}  // namespace

void add_functions(sqlite3* db) {
  sqlite3_create_function_v2(db, "is_listed", 2,
                             SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, nullptr,
                             is_listed, nullptr, nullptr, nullptr);
}

}  // namespace server::storage::sqlite
