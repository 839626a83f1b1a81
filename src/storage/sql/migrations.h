// The numbered steps from an empty database to the present schema.
#pragma once

#include <span>
#include <string_view>

namespace server::storage::sql {

/// Step n brings a database of version n - 1 to version n; steps are appended, never changed.
struct Migration {
  int version;
  std::string_view statements;  // in the words of Dialect::ddl
};

std::span<const Migration> migrations();

/// The version that this program writes.
int schema_version();

}  // namespace server::storage::sql
