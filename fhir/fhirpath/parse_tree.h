// A compiled expression shown as a tree, for whoever wants to see how it was understood.
#pragma once

#include <string>

#include "fhir/fhirpath/expression.h"

namespace fhir::fhirpath {

/// The tree as JSON, in the form that FHIRPath Lab shows: each node with `ExpressionType`, `Name`,
/// `Position` (from 0, in bytes of the source) and `Arguments`, a step's input first.
std::string parse_tree_json(const Expression& expression);

}  // namespace fhir::fhirpath
