// The profiles, security labels and tags that current resources have.
#pragma once

#include <string_view>

#include "src/storage/sqlite/connection.h"
#include "src/storage/sqlite/dictionary.h"
#include "src/storage/store.h"

namespace server::storage::sqlite {

/// type   empty: of all types
fhir::Result<Labels> labels_in_use(Connection& connection, const Dictionary& dictionary,
                                   std::string_view type);

}  // namespace server::storage::sqlite
