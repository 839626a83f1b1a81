// https://hl7.org/fhir/R4/http.html#transaction: what a POST to the base holds decides what it is.
#include "src/rest/bundle/batch.h"
#include "src/rest/bundle/transaction.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/resource_input.h"

namespace server::rest {

Answer bundle(const Call& call) {
  FHIR_TRY(document, read_body(call));
  FHIR_CHECK(check_resource_type(document, "Bundle"));
  const std::string_view type = document.root().string_at("type");
  if (type == "transaction") return transaction(call, document);
  if (type == "batch") return batch(call, document);
  if (type == "history") return replay(call, document);
  fhir::Issue issue =
      fhir::make_issue(fhir::IssueType::value,
                       "A bundle posted to the base is of type batch, transaction or history");
  issue.expression = "Bundle.type";
  return fhir::unexpected(failure(std::move(issue)));
}

}  // namespace server::rest
