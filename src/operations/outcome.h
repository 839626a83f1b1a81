// Issues as an OperationOutcome. https://hl7.org/fhir/R4/operationoutcome.html
#pragma once

#include <span>
#include <string>

#include "fhir/base/issue.h"

namespace server::operations {

/// issues   at least one, as the resource asks
std::string outcome_json(std::span<const fhir::Issue> issues);

/// The issues of a terminology operation: their texts stand in details alone.
std::string issues_json(std::span<const fhir::Issue> issues);

}  // namespace server::operations
