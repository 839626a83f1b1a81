// https://hl7.org/fhir/R4/resource-operation-validate.html
#include "src/operations/validate.h"

#include <chrono>
#include <optional>

#include "fhir/formats/json_writer.h"
#include "fhir/model/faulty_json.h"
#include "fhir/validation/validator.h"
#include "src/operations/outcome.h"
#include "src/operations/parameters.h"
#include "src/storage/store.h"

namespace server::operations {
namespace {

using fhir::IssueType;

constexpr std::chrono::seconds k_read_deadline{30};

/// https://hl7.org/fhir/R4/valueset-resource-validation-mode.html
enum class Mode : std::uint8_t { unsaid, create, update, delete_, profile };

fhir::Unexpected<fhir::Issue> refuse(IssueType type, std::string text) {
  return fhir::unexpected(fhir::make_issue(fhir::Situation::malformed, type, std::move(text)));
}

fhir::Result<Mode> mode_of(const Parameters& parameters, const Invocation& invocation) {
  const std::string_view text = parameters.text("mode");
  if (text.empty()) return Mode::unsaid;
  if (text == "create") return Mode::create;
  const Mode mode = text == "update"    ? Mode::update
                    : text == "delete"  ? Mode::delete_
                    : text == "profile" ? Mode::profile
                                        : Mode::unsaid;
  if (mode == Mode::unsaid)
    return refuse(IssueType::value, "mode is create, update, delete or profile");
  // "Modes update, delete, and profile can only be used when the operation is invoked at the
  // resource instance level."
  if (invocation.id.empty())
    return refuse(IssueType::invalid,
                  "The mode " + std::string(text) + " is for one resource: [type]/[id]/$validate");
  return mode;
}

/// The resource to judge, and the document that its positions belong to.
struct Subject {
  const fhir::json::Document* document = nullptr;
  const fhir::json::Value* resource = nullptr;
  std::optional<fhir::json::Document> stored;  // owns both when they come from the store
};

/// The body itself, or the parameter `resource` of the Parameters that was sent.
std::optional<Subject> sent_subject(const Invocation& invocation) {
  if (invocation.body == nullptr) return std::nullopt;
  const fhir::json::Value& root = invocation.body->root();
  if (root.string_at("resourceType") != "Parameters" || invocation.resource_type == "Parameters")
    return Subject{invocation.body, &root, std::nullopt};
  const fhir::json::Value* resource = Parameters(invocation.body).resource("resource");
  if (resource == nullptr) return std::nullopt;
  return Subject{invocation.body, resource, std::nullopt};
}

fhir::Result<Subject> stored_subject(const Invocation& invocation) {
  FHIR_TRY(version,
           invocation.services->store->read(invocation.resource_type, invocation.id,
                                            std::chrono::steady_clock::now() + k_read_deadline));
  FHIR_TRY(document, fhir::json::Document::read(std::move(version.body)));
  Subject subject;
  subject.stored = std::move(document);
  return subject;
}

/// As the canonical that the definitions hold: `StructureDefinition/[id]` names one of ours.
///
/// "If a profile is nominated, and the server cannot validate against the nominated profile, it
/// SHALL return an error."
fhir::Result<std::string> profile_named(std::string_view text,
                                        const fhir::DefinitionStore& definitions) {
  constexpr std::string_view k_type = "StructureDefinition";
  if (definitions.record(k_type, text) != nullptr) return std::string(text);
  if (text.starts_with(k_type) && text.substr(k_type.size()).starts_with('/')) {
    const std::string_view id = text.substr(k_type.size() + 1);
    for (const fhir::ConformanceRecord& record : definitions.records(k_type)) {
      if (record.id == id && !record.url.empty()) return std::string(record.url);
    }
  }
  return refuse(IssueType::not_found,
                "The profile " + std::string(text) + " is not known to this server");
}

/// What an update would say of type and id, before it looks at anything else.
void check_identity(const Invocation& invocation, Mode mode, const fhir::json::Value& resource,
                    fhir::IssueSink& sink) {
  const std::string type(resource.string_at("resourceType"));
  auto report = [&](IssueType issue_type, std::string text) {
    fhir::Issue issue = fhir::make_issue(issue_type, std::move(text));
    issue.expression = type;
    sink.add(std::move(issue));
  };
  if (!invocation.resource_type.empty() && type != invocation.resource_type)
    report(IssueType::invalid, "The resource is not a " + std::string(invocation.resource_type) +
                                   ", which is the type in the URL");
  if (invocation.id.empty() || mode == Mode::create) return;
  const std::string_view id = resource.string_at("id");
  if (id.empty() && mode == Mode::update)
    report(IssueType::required, "An update's resource carries its id, as in the URL");
  if (!id.empty() && id != invocation.id)
    report(IssueType::invalid, "The resource's id is not the id in the URL");
}

/// What reading the body found, with the expressions that the validator gives to the subject.
void tell_faults(const Invocation& invocation, const Subject& subject, fhir::IssueSink& sink) {
  std::string prefix;
  if (subject.resource != &subject.document->root())
    prefix = fhir::expression_at(*subject.document, subject.resource->offset(),
                                 *invocation.services->definitions);
  for (fhir::Issue issue : invocation.body_faults) {
    if (!prefix.empty() && issue.expression.starts_with(prefix))
      issue.expression.replace(0, prefix.size(), subject.resource->string_at("resourceType"));
    sink.add(std::move(issue));
  }
}

fhir::Issue remark(std::string text) {
  fhir::Issue issue;
  issue.severity = fhir::Severity::information;
  issue.type = IssueType::informational;
  issue.diagnostics = std::move(text);
  return issue;
}

std::string outcome_with(fhir::IssueList& found) {
  if (found.issues().empty()) found.add(remark("No issues"));
  return outcome_json(found.issues());
}

/// "The server ignores the content, and checks that the nominated resource is allowed to be
/// deleted": this server keeps no referential integrity that would forbid it.
fhir::Result<std::string> validate_deletion(const Invocation& invocation) {
  FHIR_TRY(subject, stored_subject(invocation));
  static_cast<void>(subject);
  fhir::IssueList found;
  found.add(remark("The resource may be deleted"));
  return outcome_with(found);
}

}  // namespace

fhir::Result<std::string> validate(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  FHIR_TRY(mode, mode_of(parameters, invocation));
  if (mode == Mode::delete_) return validate_deletion(invocation);
  fhir::validation::Options options;
  for (std::string_view text : parameters.texts("profile")) {
    FHIR_TRY(profile, profile_named(text, *invocation.services->definitions));
    options.profiles.push_back(std::move(profile));
  }
  auto subject = sent_subject(invocation);
  if (mode == Mode::profile) {
    if (subject)
      return refuse(IssueType::invalid,
                    "The mode profile judges the stored resource: none may be given");
    if (options.profiles.empty())
      return refuse(IssueType::required, "The mode profile needs the parameter profile");
  }
  fhir::IssueList found;
  if (subject) {
    tell_faults(invocation, *subject, found);
    check_identity(invocation, mode, *subject->resource, found);
  } else {
    if (invocation.id.empty() || mode == Mode::create || mode == Mode::update)
      return refuse(
          IssueType::required,
          "$validate needs the resource to judge, as the body or as the parameter resource");
    FHIR_TRY(stored, stored_subject(invocation));
    subject = std::move(stored);
    subject->document = &*subject->stored;
    subject->resource = &subject->document->root();
  }
  const fhir::validation::Validator& validator = *invocation.services->validator;
  if (subject->resource == &subject->document->root()) {
    validator.validate(*subject->document, options, found);
  } else {
    validator.validate(*subject->document, *subject->resource,
                       subject->resource->string_at("resourceType"), options, found);
  }
  // Lines and columns are those of what the client sent.
  if (subject->stored) {
    for (fhir::Issue& issue : found.issues()) issue.line = issue.column = 0;
  }
  return outcome_with(found);
}

}  // namespace server::operations
