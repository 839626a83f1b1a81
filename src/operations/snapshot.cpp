// https://hl7.org/fhir/R4/structuredefinition-operation-snapshot.html
#include "src/operations/snapshot.h"

#include <chrono>

#include "fhir/definitions/snapshot_generator.h"
#include "fhir/formats/json_writer.h"
#include "src/operations/parameters.h"
#include "src/storage/store.h"

namespace server::operations {
namespace {

using fhir::IssueType;
using fhir::make_issue;
using fhir::Situation;
using fhir::unexpected;

constexpr std::chrono::seconds k_read_deadline{10};
constexpr std::string_view k_type = "StructureDefinition";

fhir::Result<std::string> made_from(const fhir::json::Value& structure,
                                    const fhir::DefinitionStore& definitions) {
  if (structure.string_at("resourceType") != k_type)
    return unexpected(make_issue(IssueType::invalid, "The definition is no StructureDefinition"));
  auto made = fhir::generate_snapshot(structure, definitions);
  if (made) return fhir::json::to_string(made->root());
  // The request was understood; what it brought does not fit (a base that is not known, too).
  fhir::Issue issue = std::move(made).error();
  issue.situation = Situation::unprocessable;
  return unexpected(std::move(issue));
}

fhir::Result<std::string> made_from_stored(const Invocation& invocation) {
  FHIR_TRY(version,
           invocation.services->store->read(invocation.resource_type, invocation.id,
                                            std::chrono::steady_clock::now() + k_read_deadline));
  FHIR_TRY(document, fhir::json::Document::read(std::move(version.body)));
  return made_from(document.root(), *invocation.services->definitions);
}

/// The parameter `definition`, or the body itself, which comes as `resource`; null without one.
const fhir::json::Value* sent_definition(const Parameters& parameters) {
  const fhir::json::Value* definition = parameters.resource("definition");
  return definition != nullptr ? definition : parameters.resource("resource");
}

}  // namespace

fhir::Result<std::string> snapshot(const Invocation& invocation) {
  const fhir::DefinitionStore& definitions = *invocation.services->definitions;
  const Parameters parameters(invocation.parameters);
  const fhir::json::Value* definition = sent_definition(parameters);
  const std::string_view url = parameters.text("url");
  const bool is_instance = !invocation.id.empty();
  if ((definition != nullptr) + !url.empty() + is_instance > 1)
    return unexpected(make_issue(
        IssueType::invalid, "One of definition, url and the instance in the URL is to be given"));
  if (is_instance) return made_from_stored(invocation);
  if (definition != nullptr) return made_from(*definition, definitions);
  if (url.empty())
    return unexpected(make_issue(IssueType::required, "definition or url is needed"));
  const fhir::ConformanceRecord* record = definitions.record(k_type, url);
  if (record == nullptr)
    return unexpected(
        make_issue(IssueType::not_found, "No StructureDefinition of this url is known here"));
  FHIR_TRY(document, fhir::json::Document::read(std::string(record->json)));
  // What was published with a snapshot alone is its own answer.
  if (document.root().find("differential") == nullptr) return std::string(record->json);
  return made_from(document.root(), definitions);
}

}  // namespace server::operations
