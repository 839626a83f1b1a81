// What our SQL asks that SQLite does not know. https://sqlite.org/appfunc.html
#pragma once

struct sqlite3;

namespace server::storage::sqlite {

/// `is_listed(list, number)`: whether a number is in a list of sql::number_list(); null for null.
void add_functions(sqlite3* db);

}  // namespace server::storage::sqlite
