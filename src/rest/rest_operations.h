// Operations that need more than definitions and terminology: they read and write resources as the
// interactions do. https://hl7.org/fhir/R4/operations.html
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "src/rest/context.h"

namespace server::rest {

struct RestOperation {
  std::string_view name;           // without `$`
  std::string_view definition;     // canonical of the OperationDefinition; empty: it has none
  std::string_view resource_type;  // empty: any type, and the system
  std::uint8_t levels;             // operations::Level
  bool affects_state;              // then only POST
  bool on_versions;                // may be invoked on one version of a resource
  Answer (*run)(const Call& call);
  bool takes_any_type = false;      // reads the body by its Content-Type itself, a resource or not
  bool post_affects_state = false;  // by POST it does, by GET it only tells
};

std::span<const RestOperation> rest_operations();

/// Whether an operation of that name takes bodies of any type.
bool operation_takes_any_type(std::string_view operation);

/// Whether the operation that a call names changes what is stored.
bool affects_state(const Call& call);

/// Null when there is none of that name at the call's place.
const RestOperation* find_rest_operation(const Call& call);

}  // namespace server::rest
