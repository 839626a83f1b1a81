#include "src/storage/sql/migrations.h"

#include <array>

#include "src/storage/sql/schema.h"

namespace server::storage::sql {

std::span<const Migration> migrations() {
  static const std::array<Migration, 5> steps{{{1, initial_schema()},
                                               {2, text_schema()},
                                               {3, full_text_schema()},
                                               {4, full_text_version_schema()},
                                               {5, body_dictionary_schema()}}};
  return steps;
}

int schema_version() { return migrations().back().version; }

}  // namespace server::storage::sql
