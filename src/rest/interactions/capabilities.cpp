// https://hl7.org/fhir/R4/http.html#capabilities
#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"

namespace server::rest {

Answer capabilities(const Call& call) {
  return fhir_response(200, call.snapshot->capability_statement->text());
}

}  // namespace server::rest
