// The codes that index rows hold under a search parameter.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/storage/sqlite/connection.h"
#include "src/storage/sqlite/dictionary.h"

namespace server::storage::sqlite {

/// As CodesInUse::codes_in_use() says. Steps from code to code through the index: what it costs
/// goes by the number of codes, not of rows.
fhir::Result<std::vector<std::string>> used_codes(Connection& connection,
                                                  const Dictionary& dictionary,
                                                  std::string_view parameter);

}  // namespace server::storage::sqlite
