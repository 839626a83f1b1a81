// https://hl7.org/fhir/R4/capabilitystatement-operation-versions.html
#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"

namespace server::rest {

Answer versions(const Call&) {
  return fhir_response(200, R"({"resourceType":"Parameters","parameter":[{"name":"version",)"
                            R"("valueCode":"4.0"},{"name":"default","valueCode":"4.0"}]})");
}

}  // namespace server::rest
