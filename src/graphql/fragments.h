// What holds of a document whatever its types are: its fragments exist, end and are used, and so do
// its variables. https://spec.graphql.org/June2018/#sec-Validation.Fragments
#pragma once

#include "src/graphql/arguments.h"

namespace server::graphql {

/// Names given twice, types that are none, spreads that lead nowhere or in a circle, fragments that
/// nothing uses, and chains of them that are too deep.
Errors check_fragments(const Document& document, const Schema& schema);

/// Variables that the operation uses and does not declare, or declares and does not use.
void check_variables(const Document& document, const Operation& operation, const Report& report);

}  // namespace server::graphql
