// $graphql, of the system and of a resource. https://hl7.org/fhir/R4/graphql.html
#include "src/rest/graphql_run.h"
#include "src/rest/interactions/interactions.h"

namespace server::rest {

Answer graphql(const Call& call) {
  FHIR_TRY(request, read_graphql_request(call));
  return run_graphql(call, request);
}

}  // namespace server::rest
