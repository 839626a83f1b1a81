// https://hl7.org/fhir/R4/resource-operation-validate.html
#include "src/operations/validate.h"

#include "fhir/formats/json_writer.h"
#include "fhir/validation/validator.h"
#include "src/operations/outcome.h"
#include "src/operations/parameters.h"

namespace server::operations {
namespace {

/// The resource to judge, and the document that its positions belong to.
struct Subject {
  const fhir::json::Document* document;
  const fhir::json::Value* resource;
  std::string path;
};

/// The body itself, or the parameter `resource` of the Parameters that was sent.
std::optional<Subject> subject_of(const Invocation& invocation) {
  if (invocation.body == nullptr) return std::nullopt;
  const fhir::json::Value& root = invocation.body->root();
  if (root.string_at("resourceType") != "Parameters" || invocation.resource_type == "Parameters")
    return Subject{invocation.body, &root, std::string(root.string_at("resourceType"))};
  const fhir::json::Value* resource = Parameters(invocation.body).resource("resource");
  if (resource == nullptr) return std::nullopt;
  return Subject{invocation.body, resource, std::string(resource->string_at("resourceType"))};
}

fhir::Issue all_well() {
  fhir::Issue issue;
  issue.severity = fhir::Severity::information;
  issue.type = fhir::IssueType::informational;
  issue.diagnostics = "No issues";
  return issue;
}

}  // namespace

fhir::Result<std::string> validate(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  const auto subject = subject_of(invocation);
  if (!subject)
    return fhir::unexpected(fhir::make_issue(
        fhir::IssueType::required,
        "$validate needs the resource to judge, as the body or as the parameter resource"));
  fhir::validation::Options options;
  for (std::string_view profile : parameters.texts("profile"))
    options.profiles.emplace_back(profile);
  fhir::IssueList found;
  const std::string_view type = subject->resource->string_at("resourceType");
  if (!invocation.resource_type.empty() && type != invocation.resource_type)
    found.add(fhir::make_issue(fhir::IssueType::invalid, "The resource is not a " +
                                                             std::string(invocation.resource_type) +
                                                             ", which is the type in the URL"));
  if (subject->resource == &subject->document->root()) {
    invocation.services->validator->validate(*subject->document, options, found);
  } else {
    invocation.services->validator->validate(*subject->document, *subject->resource, subject->path,
                                             options, found);
  }
  if (found.issues().empty()) found.add(all_well());
  return outcome_json(found.issues());
}

}  // namespace server::operations
