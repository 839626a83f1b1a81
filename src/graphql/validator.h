// Holds a document to the types of the graph before anything of it runs.
// https://spec.graphql.org/June2018/#sec-Validation
#pragma once

#include "src/graphql/schema.h"
#include "src/graphql/variables.h"

namespace server::graphql {

/// The operation to run.
///
/// name     empty: the document's only one
/// errors   invalid: there is none, or several and no name · not-supported: a mutation or a
///          subscription
fhir::Result<const Operation*, Errors> choose_operation(const Document& document,
                                                        std::string_view name);

/// root      Query, or the resource that the request names
/// returns   what is wrong, in the order of the document; at most k_errors_max
Errors validate(const Document& document, const Operation& operation, const Variables& variables,
                const Schema& schema, const Shape& root);

}  // namespace server::graphql
