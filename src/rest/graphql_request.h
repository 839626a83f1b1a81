// A GraphQL request in the forms that HTTP gives it.
// https://hl7.org/fhir/R4/graphql.html#invoking https://graphql.org/learn/serving-over-http/
#pragma once

#include <optional>
#include <string>

#include "fhir/formats/json_document.h"
#include "src/rest/context.h"

namespace server::rest {

struct GraphqlRequest {
  std::string query;
  std::string operation_name;                     // empty: none was given
  std::optional<fhir::json::Document> variables;  // an object or null
};

/// Reads the parameters `query`, `operationName` and `variables` of the URL; a body of
/// application/graphql, which is the query; of application/json with the same three as members; or
/// a Parameters resource.
///
/// errors   required: no query · structure, value: a member of the wrong form · not-supported: a
///          parameter of another name, unless handling is lenient; another Content-Type (415)
fhir::Result<GraphqlRequest, Failure> read_graphql_request(const Call& call);

}  // namespace server::rest
