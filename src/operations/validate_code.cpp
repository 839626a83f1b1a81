// https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
// https://hl7.org/fhir/R4/valueset-operation-validate-code.html
#include "src/operations/validate_code.h"

#include <optional>
#include <vector>

#include "src/operations/terminology_subject.h"
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

/// "One (and only one) of the in parameters code, coding, or codeableConcept must be provided."
fhir::Result<std::vector<Coding>> asked_codings(const Parameters& parameters,
                                                std::string_view version_name) {
  const int ways = int{parameters.has("code")} + int{parameters.has("coding")} +
                   int{parameters.has("codeableConcept")};
  if (ways != 1)
    return unexpected(make_issue(ways == 0 ? IssueType::required : IssueType::invalid,
                                 "Exactly one of code, coding and codeableConcept is needed"));
  std::vector<Coding> codings;
  if (const Value* coding = parameters.value("coding")) {
    codings.push_back(coding_of(*coding));
  } else if (const Value* concepts = parameters.value("codeableConcept")) {
    if (const Value* list = concepts->find("coding")) {
      for (const Value& item : list->items()) codings.push_back(coding_of(item));
    }
  } else {
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
  return codings;
}

/// The first right one decides; else what is wrong with each. When none is right and one could not
/// be judged, there is no answer.
template <class Judge>
fhir::Result<CodeVerdict> any_of(const std::vector<Coding>& codings, Judge&& judge) {
  CodeVerdict refused;
  std::optional<fhir::Issue> open;
  for (const Coding& coding : codings) {
    fhir::Result<CodeVerdict> verdict = judge(coding);
    if (!verdict) {
      open = std::move(verdict).error();
    } else if (verdict->result) {
      return verdict;
    } else {
      if (!refused.message.empty()) refused.message += "; ";
      refused.message += verdict->message;
      if (refused.display.empty()) refused.display = verdict->display;
    }
  }
  if (open) return unexpected(*std::move(open));
  return refused;
}

std::string written(const CodeVerdict& verdict) {
  ParametersWriter out;
  out.boolean("result", verdict.result);
  return out.text("message", "String", verdict.message)
      .text("display", "String", verdict.display)
      .finish();
}

fhir::Result<CodeQuestion> question_of(const Parameters& parameters) {
  FHIR_TRY(is_abstract_allowed, parameters.boolean("abstract", false));
  return CodeQuestion{.coding = {},
                      .language = parameters.text("displayLanguage"),
                      .abstract_codes = is_abstract_allowed ? terminology::AbstractCodes::allowed
                                                            : terminology::AbstractCodes::refused};
}

}  // namespace

fhir::Result<std::string> validate_code_of_code_system(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  FHIR_CHECK(parameters.refuse({"date"}));
  FHIR_TRY(codings, asked_codings(parameters, "version"));
  FHIR_TRY(question, question_of(parameters));
  FHIR_TRY(subject, code_system_of(invocation, parameters, codings[0].system));
  FHIR_TRY(verdict, any_of(codings, [&](const Coding& coding) -> fhir::Result<CodeVerdict> {
             if (!coding.system.empty() && coding.system != subject->info().url)
               return CodeVerdict{.result = false,
                                  .message = "The code '" + std::string(coding.code) + "' is of " +
                                             std::string(coding.system) + ", not of " +
                                             std::string(subject->info().url),
                                  .display = {}};
             question.coding = coding;
             return terminology::validate_code(*subject, question);
           }));
  return written(verdict);
}

fhir::Result<std::string> validate_code_of_value_set(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  FHIR_CHECK(parameters.refuse({"context", "date"}));
  FHIR_TRY(codings, asked_codings(parameters, "systemVersion"));
  FHIR_TRY(question, question_of(parameters));
  FHIR_TRY(subject, value_set_of(invocation, parameters));
  const bool is_plain_code = parameters.has("code");
  FHIR_TRY(verdict, any_of(codings, [&](const Coding& coding) -> fhir::Result<CodeVerdict> {
             if (coding.system.empty() && !is_plain_code)
               return CodeVerdict{.result = false,
                                  .message = "The coding with the code '" +
                                             std::string(coding.code) + "' has no system",
                                  .display = {}};
             question.coding = coding;
             return terminology::validate_code(*subject, question);
           }));
  return written(verdict);
}

}  // namespace server::operations
