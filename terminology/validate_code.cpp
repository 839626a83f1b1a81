// https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
// https://hl7.org/fhir/R4/valueset-operation-validate-code.html
#include "terminology/validate_code.h"

#include <algorithm>

namespace terminology {
namespace {

using fhir::Membership;

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

/// What is known of a code once it is found to be right, from the listing and the code system.
struct Known {
  const CodeSystem* system = nullptr;
  ConceptId id = k_no_concept;
  const ListedCode* listing = nullptr;

  bool is_in_system() const { return system != nullptr && id != k_no_concept; }

  std::string_view display(std::string_view language) const {
    if (listing != nullptr && language.empty() && !listing->display.empty())
      return listing->display;
    if (is_in_system()) return display_in(*system, id, language);
    return listing != nullptr ? listing->display : std::string_view{};
  }

  /// Displays are compared without regard to case: any designation will do.
  bool accepts_display(std::string_view display) const {
    return (listing != nullptr && has_display(*listing, display)) ||
           (is_in_system() && has_display(*system, id, display));
  }
};

CodeVerdict judge(const Known& known, const CodeQuestion& question) {
  CodeVerdict verdict{
      .result = true, .message = {}, .display = std::string(known.display(question.language))};
  const std::string code = quoted(question.coding.code);
  const bool is_abstract = known.is_in_system() ? known.system->at(known.id).is_abstract
                                                : known.listing && known.listing->is_abstract;
  if (is_abstract && question.abstract_codes == AbstractCodes::refused) {
    verdict.result = false;
    verdict.message = "The code " + code + " is abstract: it groups others and cannot be chosen";
    return verdict;
  }
  const std::string_view display = question.coding.display;
  if (!display.empty() && !verdict.display.empty() && !known.accepts_display(display)) {
    verdict.result = false;
    verdict.message = "The display " + quoted(display) + " is wrong for the code " + code +
                      "; it should be " + quoted(verdict.display);
    return verdict;
  }
  if (known.is_in_system() && known.system->at(known.id).is_inactive)
    verdict.message = "The code " + code + " is inactive";
  return verdict;
}

CodeVerdict refusal(std::string message) {
  return {.result = false, .message = std::move(message), .display = {}};
}

}  // namespace

fhir::Result<CodeVerdict> validate_code(const CodeSystem& system, const CodeQuestion& question) {
  const std::string_view code = question.coding.code;
  switch (system.has(code)) {
    case Membership::yes:
      return judge({.system = &system, .id = system.find(code)}, question);
    case Membership::no:
      return refusal("The code " + quoted(code) + " is not in the code system " +
                     std::string(system.info().url));
    case Membership::unknown:
      break;
  }
  return fhir::unexpected(
      fhir::make_issue(fhir::Situation::unprocessable, fhir::IssueType::not_supported,
                       "Only a part of the code system " + std::string(system.info().url) +
                           " is held, and the code " + quoted(code) + " is not in it"));
}

fhir::Result<CodeVerdict> validate_code(const ValueSet& set, const CodeQuestion& question) {
  CodeQuestion asked = question;
  const std::string code = quoted(question.coding.code);
  if (asked.coding.system.empty()) asked.coding.system = set.system_of(asked.coding.code);
  const Membership found = asked.coding.system.empty() ? set.contains_code(asked.coding.code)
                                                       : set.contains(asked.coding);
  if (found == Membership::unknown) return fhir::unexpected(*set.problem());
  if (found == Membership::no) {
    std::string text = "The code " + code;
    if (!asked.coding.system.empty()) text += " of " + std::string(asked.coding.system);
    return refusal(text + " is not in the value set " + std::string(set.info().url));
  }
  Known known{.listing = set.listing(asked.coding)};
  known.system = set.code_system_of(asked.coding.system);
  if (known.system != nullptr) {
    known.id = known.system->find(asked.coding.code);
    const std::string_view version = known.system->info().version;
    if (!asked.coding.version.empty() && !version.empty() && asked.coding.version != version)
      return refusal("The value set " + std::string(set.info().url) + " draws on version " +
                     std::string(version) + " of " + std::string(asked.coding.system) +
                     ", not on " + std::string(asked.coding.version));
  }
  return judge(known, asked);
}

}  // namespace terminology
