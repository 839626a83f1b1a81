// https://hl7.org/fhir/R4/valueset-operation-validate-code.html,
// https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
#include "terminology/code_judge.h"

#include <algorithm>

#include "terminology/tx_issue.h"

namespace terminology {

using fhir::IssueType;
using fhir::Membership;
using fhir::Severity;

std::string identity_of(const ValueSet& set) {
  return canonical_text(set.info().url, set.info().version);
}

CodeJudge::CodeJudge(const Scope& scope, const CodeQuestion& question, std::size_t index)
    : scope_(scope), question_(question), index_(index), coding_(question.codings[index]) {}

std::string CodeJudge::path(std::string_view member) const {
  if (question_.given == Given::code) return std::string(member.empty() ? "code" : member);
  std::string text = "Coding";
  if (question_.given == Given::codeable_concept)
    text = "CodeableConcept.coding[" + std::to_string(index_) + "]";
  if (!member.empty()) text.append(".").append(member);
  return text;
}

void CodeJudge::add(Severity severity, IssueType type, std::string_view tx_code,
                    std::string_view message_id, std::string text, std::string where,
                    bool is_said) {
  if (is_said) messages.push_back(text);
  issues.push_back(
      tx_issue(severity, type, tx_code, message_id, std::move(text), std::move(where)));
}

void CodeJudge::judge_in(const ValueSet& set) {
  if (coding_.system.empty()) {
    if (question_.infers_system) {
      if (!infer_system(set)) return;
    } else {
      report_not_in(set);
      if (!question_.membership_only)
        add(Severity::warning, IssueType::invalid, "invalid-data",
            "Coding_has_no_system__cannot_validate",
            "Coding has no system. A code with no system has no defined meaning, and it cannot be "
            "validated. A system should be provided",
            path(""));
      return;
    }
  }
  const std::vector<const Clause*> clauses = set.clauses_of(coding_.system);
  known_.set_language = set.info().language;
  if (set.uses_own_expansion() || clauses.empty()) {
    const bool is_held = find_own_system();
    if (set.uses_own_expansion() || !set.problem()) {
      const Membership membership = set.contains(coding_);
      if (is_held || membership == Membership::yes) return judge_membership(set, membership);
      return report_not_in(set);
    }
    for (const Clause& clause : set.includes()) {
      if (clause.lack == Lack::value_set) return report_lack(set, clause);
    }
    if (!is_held) return report_not_in(set);
    return judge_membership(set, set.contains(coding_));
  }
  choose_version(set, clauses);
  if (is_open_) return;
  check_version();
  look_up();
  VersionView view{.excludes_cross_versions = question_.excludes_cross_versions};
  if (known_.system != nullptr) view.version = known_.system->info().version;
  judge_membership(set, set.contains(coding_, view));
}

void CodeJudge::judge_in(const CodeSystem& system) {
  coding_.system = system.info().url;
  known_.system = &system;
  look_up();
  if (report_unknown_code()) return;
  judge_concept(nullptr);
}

void CodeJudge::judge_in_own_system() {
  if (!find_own_system()) return;
  check_version();
  if (report_unknown_code()) return;
  judge_concept(nullptr);
}

/// "The System URI could not be determined": no system of the set has the code, or several have.
bool CodeJudge::infer_system(const ValueSet& set) {
  std::vector<std::string_view> having;
  std::vector<std::string_view> asked = set.systems();
  for (std::string_view system : asked) {
    const fhir::Coding coding{.system = system, .code = coding_.code};
    if (set.contains(coding) == Membership::yes) having.push_back(system);
  }
  if (having.size() == 1) {
    coding_.system = having[0];
    return true;
  }
  std::string text = "The System URI could not be determined for the code " + quoted(coding_.code) +
                     " in the ValueSet " + quoted(identity_of(set));
  text += having.empty() ? ": it is in none of " + in_words(asked)
                         : ": it is in several: " + in_words(having);
  report_not_in(set);
  add(Severity::error, IssueType::not_found, "cannot-infer", "UNABLE_TO_INFER_CODESYSTEM",
      std::move(text), path("code"));
  return false;
}

void CodeJudge::look_up() {
  if (known_.system == nullptr) return;
  known_.id = known_.system->find(coding_.code);
  is_accepted_ = known_.id == k_no_concept && known_.system->has(coding_.code) == Membership::yes;
}

void CodeJudge::judge_membership(const ValueSet& set, Membership membership) {
  const bool is_part_only =
      known_.system != nullptr && known_.system->has(coding_.code) == Membership::unknown;
  if (membership == Membership::yes) {
    is_in_set_ = true;
  } else if (membership == Membership::unknown && is_part_only) {
    is_in_set_ = true;  // for all that is known
  } else if (membership == Membership::unknown && set.problem()) {
    is_open_ = true;
    issues.push_back(*set.problem());
    issues.back().severity = Severity::error;
    messages.push_back(set.problem()->diagnostics);
    return;
  } else {
    report_not_in(set);
  }
  if (question_.membership_only) return;
  if (report_unknown_code()) return;
  known_.listing = is_in_set_ ? set.listing(coding_) : nullptr;
  judge_concept(&set);
}

void CodeJudge::report_not_in(const ValueSet& set) {
  std::string text = "The provided code '" + canonical_text(coding_.system, coding_.version) + "#" +
                     std::string(coding_.code);
  if (!coding_.display.empty()) text += " (" + quoted(coding_.display) + ")";
  text += "' was not found in the value set " + quoted(identity_of(set));
  const bool is_one_of_several = question_.given == Given::codeable_concept;
  add(is_one_of_several ? Severity::information : Severity::error, IssueType::code_invalid,
      is_one_of_several ? "this-code-not-in-vs" : "not-in-vs",
      "None_of_the_provided_codes_are_in_the_value_set_one", std::move(text), path("code"),
      !is_one_of_several);
}

/// Whether the code system has not got the code, or not that we know: there is no more to say.
bool CodeJudge::report_unknown_code() {
  if (known_.system == nullptr) return true;
  if (is_known()) return false;
  const CodeSystemInfo& info = known_.system->info();
  std::string where = " in the CodeSystem " + quoted(info.url);
  if (!info.version.empty()) where += " version " + quoted(info.version);
  if (known_.system->has(coding_.code) == Membership::unknown) {
    add(Severity::warning, IssueType::code_invalid, "invalid-code", "UNKNOWN_CODE_IN_FRAGMENT",
        "Unknown Code " + quoted(coding_.code) + where +
            " - note that the code system is labeled as a fragment, so the code may be valid in "
            "some other fragment",
        path("code"), false);
    return true;
  }
  add(Severity::error, IssueType::code_invalid, "invalid-code",
      info.version.empty() ? "Unknown_Code_in" : "Unknown_Code_in_Version",
      "Unknown code " + quoted(coding_.code) + where, path("code"));
  return true;
}

}  // namespace terminology
