// https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
// https://hl7.org/fhir/R4/valueset-operation-validate-code.html
#include "src/operations/validate_code.h"

#include <optional>
#include <vector>

#include "fhir/formats/json_writer.h"
#include "src/operations/outcome.h"
#include "src/operations/terminology_subject.h"
#include "src/operations/tx_request.h"
#include "terminology/fhir_code_system.h"
#include "terminology/validate_code.h"

namespace server::operations {
namespace {

using fhir::Coding;
using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;
using fhir::json::Value;
using terminology::CodeQuestion;
using terminology::CodeVerdict;
using terminology::Given;

constexpr std::size_t k_batch_validations_max = 10'000;
constexpr std::size_t k_batch_bytes_max = 256 * 1024 * 1024;  // what is shared, once for each
constexpr std::size_t k_codings_max = 1000;                   // of one CodeableConcept

/// "One (and only one) of the in parameters code, coding, or codeableConcept must be provided."
fhir::Result<void> read_codings(const Parameters& parameters, std::string_view version_name,
                                CodeQuestion& question) {
  const int ways = int{parameters.has("code")} + int{parameters.has("coding")} +
                   int{parameters.has("codeableConcept")};
  if (ways == 0)
    return unexpected(make_issue(IssueType::invalid,
                                 "Unable to find code to validate (looked for coding | "
                                 "codeableConcept | code+system | code+inferSystem in parameters"));
  if (ways != 1)
    return unexpected(make_issue(IssueType::invalid,
                                 "Exactly one of code, coding and codeableConcept is needed"));
  std::vector<Coding>& codings = question.codings;
  if (const Value* coding = parameters.value("coding")) {
    question.given = Given::coding;
    codings.push_back(coding_of(*coding));
  } else if (const Value* concepts = parameters.value("codeableConcept")) {
    question.given = Given::codeable_concept;
    if (const Value* list = concepts->find("coding")) {
      for (const Value& item : list->items()) codings.push_back(coding_of(item));
    }
  } else {
    question.given = Given::code;
    question.infers_system = true;
    codings.push_back({.system = parameters.text("system"),
                       .version = parameters.text(version_name),
                       .code = parameters.text("code"),
                       .display = parameters.text("display")});
  }
  for (const Coding& coding : codings) {
    if (coding.code.empty())
      return unexpected(make_issue(IssueType::required, "A code to validate is missing"));
  }
  if (codings.empty())
    return unexpected(make_issue(IssueType::required, "The codeableConcept has no coding"));
  if (codings.size() > k_codings_max)
    return unexpected(make_issue(
        IssueType::too_costly,
        "The codeableConcept has more than " + std::to_string(k_codings_max) + " codings"));
  return {};
}

fhir::Result<CodeQuestion> question_of(const Parameters& parameters,
                                       std::string_view version_name) {
  CodeQuestion question;
  FHIR_CHECK(read_codings(parameters, version_name, question));
  FHIR_TRY(allows_abstract, parameters.boolean("abstract", true));
  FHIR_TRY(infers_system, parameters.boolean("inferSystem", question.infers_system));
  FHIR_TRY(is_lenient, parameters.boolean("lenient-display-validation", false));
  FHIR_TRY(membership_only, parameters.boolean("valueset-membership-only", false));
  FHIR_TRY(active_only, parameters.boolean("activeOnly", false));
  question.allows_abstract = allows_abstract;
  question.infers_system = infers_system;
  question.is_lenient_on_display = is_lenient;
  question.membership_only = membership_only;
  question.active_only = active_only;
  return question;
}

std::string written(const CodeVerdict& verdict, const CodeQuestion& question,
                    const Parameters& parameters) {
  ParametersWriter out;
  out.boolean("result", verdict.result);
  out.text("message", "String", verdict.message).text("display", "String", verdict.display);
  out.text("code", "Code", verdict.code).text("system", "Uri", verdict.system);
  out.text("version", "String", verdict.version);
  out.text("normalized-code", "Code", verdict.normalized_code);
  if (verdict.is_inactive) out.boolean("inactive", true);
  out.text("status", "Code", verdict.status);
  if (question.given == Given::codeable_concept)
    out.raw("codeableConcept", "CodeableConcept",
            fhir::json::to_string(*parameters.value("codeableConcept")));
  for (const std::string& system : verdict.unknown_systems)
    out.text("x-unknown-system", "Canonical", system);
  for (const std::string& system : verdict.causing_systems)
    out.text("x-caused-by-unknown-system", "Canonical", system);
  if (!verdict.issues.empty()) out.resource("issues", issues_json(verdict.issues));
  return out.finish();
}

/// The code system that is asked about: the instance, one sent along, or `url`; null when the
/// codings name their own.
struct SystemSubject {
  const terminology::CodeSystem* item = nullptr;
  std::unique_ptr<const terminology::CodeSystem> owned;
};

fhir::Result<SystemSubject> system_subject_of(const Invocation& invocation,
                                              const Parameters& parameters,
                                              const terminology::Scope& scope) {
  SystemSubject subject;
  const Value* sent = parameters.resource("codeSystem");
  if (sent == nullptr) sent = parameters.resource("resource");
  std::string_view url = parameters.text("url");
  std::string_view version = parameters.text("version");
  if (!invocation.id.empty()) {
    FHIR_TRY(named, canonical_by_id(*invocation.services, "CodeSystem", invocation.id));
    url = named.url;
    version = named.version;
  } else if (sent != nullptr) {
    FHIR_TRY(read, invocation.services->terminology->read_code_system(*sent));
    subject.owned = std::move(read);
    subject.item = subject.owned.get();
    return subject;
  }
  if (url.empty()) return subject;
  subject.item = scope.choose(url, version).system;
  if (subject.item != nullptr) return subject;
  FHIR_TRY(found, code_system_by_url(*invocation.services, url, version));
  subject.item = found;
  return subject;
}

using Validate = fhir::Result<std::string> (*)(const Invocation& invocation);

/// The parameters of one validation: its own, and those of the request that it does not give.
fhir::Result<fhir::json::Document> merged(const Value* own, const Parameters& shared) {
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("resourceType", "Parameters").key("parameter").begin_array();
  const Value* list = own != nullptr ? own->find("parameter") : nullptr;
  const auto is_own = [&](std::string_view name) {
    if (list == nullptr) return false;
    for (const Value& parameter : list->items()) {
      if (parameter.string_at("name") == name) return true;
    }
    return false;
  };
  if (list != nullptr) {
    for (const Value& parameter : list->items()) out.value(parameter);
  }
  for (const Value& parameter : shared.items()) {
    const std::string_view name = parameter.string_at("name");
    if (name != "validation" && (name == "tx-resource" || !is_own(name))) out.value(parameter);
  }
  out.end_array().end_object();
  return fhir::json::Document::read(std::move(text));
}

fhir::Result<std::string> validate_all(const Invocation& invocation, Validate validate) {
  const Parameters parameters(invocation.parameters);
  const auto validations = parameters.all("validation");
  if (validations.empty())
    return unexpected(make_issue(IssueType::required, "A validation is needed"));
  if (validations.size() > k_batch_validations_max)
    return unexpected(make_issue(
        IssueType::too_costly,
        "There are more than " + std::to_string(k_batch_validations_max) + " validations"));
  std::size_t shared_bytes = 0;
  for (const Value* resource : parameters.all("tx-resource"))
    shared_bytes += fhir::json::to_string(*resource).size();
  if (shared_bytes * validations.size() > k_batch_bytes_max)
    return unexpected(
        make_issue(IssueType::too_costly, "There are too many validations for tx-resources of " +
                                              std::to_string(shared_bytes) + " bytes"));
  ParametersWriter out;
  for (const Value* validation : validations) {
    FHIR_TRY(document, merged(validation->find("resource"), parameters));
    Invocation one = invocation;
    one.parameters = &document;
    fhir::Result<std::string> answer = validate(one);
    if (answer) {
      out.resource("validation", *answer);
    } else {
      fhir::Issue issue = std::move(answer).error();
      out.resource("validation", issues_json(std::span(&issue, 1)));
    }
  }
  return out.finish();
}

}  // namespace

fhir::Result<std::string> validate_code_of_code_system(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  FHIR_TRY(question, question_of(parameters, "version"));
  FHIR_TRY(scope, scope_of(invocation, parameters));
  FHIR_TRY(subject, system_subject_of(invocation, parameters, *scope));
  if (subject.item == nullptr && question.codings[0].system.empty())
    return unexpected(make_issue(IssueType::required,
                                 "One of url, codeSystem, a system or an id in the URL is needed"));
  question.languages = languages_of(invocation, parameters, nullptr);
  return written(terminology::validate_code(*scope, subject.item, question), question, parameters);
}

fhir::Result<std::string> validate_code_of_value_set(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  FHIR_TRY(question, question_of(parameters, "systemVersion"));
  FHIR_TRY(scope, scope_of(invocation, parameters));
  FHIR_TRY(subject, set_subject_of(invocation, parameters, *scope));
  question.languages = languages_of(invocation, parameters, &subject.set());
  question.active_only = question.active_only || subject.set().excludes_inactive();
  const std::string_view match = set_parameter(subject.set(), "versionsMatch");
  question.excludes_cross_versions = match != "false";
  FHIR_TRY(verdict, terminology::validate_code(
                        *scope, subject.set(), [&] { return subject.resource(); }, question));
  return written(verdict, question, parameters);
}

fhir::Result<std::string> batch_validate_code_of_code_system(const Invocation& invocation) {
  return validate_all(invocation, validate_code_of_code_system);
}

fhir::Result<std::string> batch_validate_code_of_value_set(const Invocation& invocation) {
  return validate_all(invocation, validate_code_of_value_set);
}

}  // namespace server::operations
