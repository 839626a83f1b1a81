// https://hl7.org/fhir/R4/codesystem-operation-subsumes.html
#include "src/operations/subsumes.h"

#include <array>

#include "src/operations/terminology_subject.h"

namespace server::operations {
namespace {

using fhir::Coding;
using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;

/// `codeA` or `codingA`, and the same for B.
fhir::Result<Coding> asked_coding(const Parameters& parameters, std::string_view side) {
  Coding coding;
  coding.code = parameters.text("code" + std::string(side));
  if (const fhir::json::Value* given = parameters.value("coding" + std::string(side)))
    coding = coding_of(*given);
  if (coding.code.empty())
    return unexpected(make_issue(IssueType::required, "code" + std::string(side) + " or coding" +
                                                          std::string(side) + " is needed"));
  return coding;
}

fhir::Result<terminology::ConceptId> find(const terminology::CodeSystem& system,
                                          std::string_view code) {
  const terminology::ConceptId id = system.find(code);
  if (id == terminology::k_no_concept)
    return unexpected(make_issue(IssueType::not_found, "The code '" + std::string(code) +
                                                           "' is not in the code system " +
                                                           std::string(system.info().url)));
  return id;
}

}  // namespace

fhir::Result<std::string> subsumes(const Invocation& invocation) {
  constexpr std::array<std::string_view, 4> k_outcomes = {"equivalent", "subsumes", "subsumed-by",
                                                          "not-subsumed"};
  const Parameters parameters(invocation.parameters);
  FHIR_TRY(a, asked_coding(parameters, "A"));
  FHIR_TRY(b, asked_coding(parameters, "B"));
  std::string_view system = parameters.text("system");
  for (std::string_view given : {a.system, b.system}) {
    if (given.empty()) continue;
    if (!system.empty() && system != given)
      return unexpected(make_issue(IssueType::invalid, "Both codes must be of one code system"));
    system = given;
  }
  if (!a.version.empty() && !b.version.empty() && a.version != b.version)
    return unexpected(make_issue(IssueType::invalid, "Both codes must be of one version"));
  FHIR_TRY(subject, code_system_of(invocation, parameters, system,
                                   a.version.empty() ? b.version : a.version));
  if (!system.empty() && system != subject->info().url)
    return unexpected(make_issue(IssueType::invalid, "The codes are not of the code system " +
                                                         std::string(subject->info().url)));
  FHIR_TRY(first, find(*subject, a.code));
  FHIR_TRY(second, find(*subject, b.code));
  const auto outcome = static_cast<std::size_t>(terminology::compare(*subject, first, second));
  return ParametersWriter().text("outcome", "Code", k_outcomes[outcome]).finish();
}

}  // namespace server::operations
