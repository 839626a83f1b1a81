// OperationDefinitions of the operations that this server alone has: each is read at
// [base]/OperationDefinition/[id], which is its canonical URL.
// https://hl7.org/fhir/R4/operationdefinition.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/rest/context.h"
#include "src/storage/store.h"

namespace server::rest {

/// What a CapabilityStatement says of one.
struct OwnOperation {
  std::string_view name;  // without `$`
  std::string definition;
};

/// Those that the server, as it is set, has for a type; for the system when that is empty.
std::vector<OwnOperation> own_operations(const Options& options, std::string_view type);

/// The OperationDefinition; nothing when there is none with that id, or the server is not set to
/// have the operation.
std::optional<storage::Version> own_definition(const Options& options, std::string_view id);

}  // namespace server::rest
