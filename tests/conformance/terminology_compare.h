// The terminology suite's comparison: what must be there, what may be, and templates for texts.
#pragma once

#include <string>

#include "conformance/terminology_json.h"

namespace terminology_suite {

/// Takes out what is not compared: narratives, meta, diagnostics, extensions nobody manages.
void drop_uncompared(Json& resource);

/// Takes out each location of an issue that names the same place as its expression.
void drop_repeated_locations(Json& resource);

/// Where and how an answer departs from what is expected; empty when it does not. Arrays are
/// compared without regard to order.
std::string difference(const Json& expected, const Json& actual, const std::string& path);

}  // namespace terminology_suite
