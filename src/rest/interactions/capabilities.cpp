// https://hl7.org/fhir/R4/http.html#capabilities
#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"

namespace server::rest {

/// "mode: full, normative or terminology"
Answer capabilities(const Call& call) {
  const Snapshot& snapshot = *call.snapshot;
  for (const auto& [name, value] : call.parameters) {
    if (name != "mode" || value == "full") continue;
    if (value == "normative") return fhir_response(200, snapshot.normative_capabilities->text());
    if (value == "terminology")
      return fhir_response(200, snapshot.terminology_capabilities->text());
    return fhir::unexpected(
        failure(fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::value,
                                 "mode is one of full, normative and terminology")));
  }
  return fhir_response(200, snapshot.capability_statement->text());
}

}  // namespace server::rest
