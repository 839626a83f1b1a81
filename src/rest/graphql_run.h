// A GraphQL request carried out, and its answer as HTTP. https://hl7.org/fhir/R4/graphql.html
#pragma once

#include "src/rest/graphql_request.h"

namespace server::rest {

/// Over the system, or over the resource that the call's path names.
///
/// returns   200 with `data`, or the status of the first error with `errors`, each with the
///           OperationOutcome that says the same
Answer run_graphql(const Call& call, const GraphqlRequest& request);

/// Over a resource at hand: the result of another operation, which is no stored one.
Answer run_graphql_over(const Call& call, const GraphqlRequest& request, std::string resource);

}  // namespace server::rest
