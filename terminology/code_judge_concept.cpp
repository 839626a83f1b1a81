// What is to be said of a concept that was found: its case, its display, its state.
// https://hl7.org/fhir/R4/valueset-operation-validate-code.html
#include "terminology/code_judge.h"
#include "terminology/display_check.h"
#include "terminology/tx_issue.h"

namespace terminology {

using fhir::IssueType;
using fhir::Severity;

void CodeJudge::judge_concept(const ValueSet* set) {
  check_case();
  check_display();
  check_state(set);
  check_standing(set);
}

void CodeJudge::check_case() {
  if (!known_.is_in_system()) return;
  const std::string_view right = known_.system->at(known_.id).code;
  if (right == coding_.code) return;
  add(Severity::information, IssueType::business_rule, "code-rule", "CODE_CASE_DIFFERENCE",
      "The code " + quoted(coding_.code) + " differs from the correct code " + quoted(right) +
          " by case. Although the code system " +
          quoted(canonical_text(known_.system->info().url, known_.system->info().version)) +
          " is case insensitive, implementers are strongly encouraged to use the correct case "
          "anyway",
      path("code"), false);
}

void CodeJudge::check_display() {
  std::optional<DisplayFault> fault = check_display_of(known_, coding_, question_.languages);
  if (!fault) return;
  const Severity severity =
      fault->is_wrong ? question_.is_lenient_on_display ? Severity::warning : Severity::error
                      : Severity::information;
  add(severity, IssueType::invalid, "invalid-display", fault->message_id, std::move(fault->text),
      path("display"));
}

/// Headings, codes out of use, and codes that the value set would rather not see.
void CodeJudge::check_state(const ValueSet* set) {
  if (known_.is_in_system()) {
    const Concept item = known_.system->at(known_.id);
    for (const Property& property : known_.system->properties(known_.id)) {
      const std::string_view uri = known_.system->property_uri(property.code);
      if (uri == "http://hl7.org/fhir/concept-properties#status") status = property.value;
    }
    if (item.is_abstract && !question_.allows_abstract)
      add(Severity::error, IssueType::business_rule, "code-rule", "ABSTRACT_CODE_NOT_ALLOWED",
          "Code '" + std::string(coding_.system) + "#" + std::string(coding_.code) +
              "' is abstract, and not allowed in this context",
          path("code"));
    is_inactive = item.is_inactive;
    const bool is_deprecated = status == "deprecated" || status == "withdrawn";
    if (is_inactive && question_.active_only)
      add(Severity::error, IssueType::business_rule, "code-rule", "STATUS_CODE_WARNING_CODE",
          "The code " + quoted(coding_.code) + " is valid but is not active", path("code"));
    if (is_inactive) {
      const std::string words =
          status.empty() || status == "inactive" ? "inactive" : status + " and inactive";
      add(Severity::warning, IssueType::business_rule, "code-comment", "INACTIVE_CONCEPT_FOUND",
          "The concept " + quoted(coding_.code) + " has a status of " + words +
              " and its use should be reviewed",
          path(""));
    } else if (is_deprecated) {
      add(Severity::warning, IssueType::business_rule, "code-comment", "DEPRECATED_CONCEPT_FOUND",
          "The concept " + quoted(coding_.code) + " is " + status +
              " and its use should be reviewed",
          path(""));
    }
    if (!is_inactive && !is_deprecated) status.clear();
  }
  if (set == nullptr || known_.listing == nullptr || !known_.listing->is_deprecated) return;
  add(Severity::warning, IssueType::business_rule, "code-comment", "CONCEPT_DEPRECATED_IN_VALUESET",
      "The presence of the concept " + quoted(coding_.code) + " in the system " +
          quoted(coding_.system) + " in the value set " + identity_of(*set) +
          " is marked with a status of deprecated and its use should be reviewed",
      path("code"), false);
}

/// Drafts, experiments and what is withdrawn, where the value set is none itself.
void CodeJudge::check_standing(const ValueSet* set) {
  const auto note = [&](std::string_view message_id, std::string_view what, std::string_view type,
                        std::string_view url, std::string_view version) {
    add(Severity::information, IssueType::business_rule, "status-check", message_id,
        "Reference to " + std::string(what) + " " + std::string(type) + " " +
            canonical_text(url, version),
        {}, false);
  };
  const auto look_at = [&](std::string_view type, std::string_view url, std::string_view version,
                           std::string_view status_of, std::string_view standards,
                           bool experimental) {
    if (standards == "deprecated") note("MSG_DEPRECATED", "deprecated", type, url, version);
    if (standards == "withdrawn") note("MSG_WITHDRAWN", "withdrawn", type, url, version);
    if (experimental && !(set != nullptr && set->info().is_experimental))
      note("MSG_EXPERIMENTAL", "experimental", type, url, version);
    if (status_of == "draft" && !(set != nullptr && set->info().status == "draft"))
      note("MSG_DRAFT", "draft", type, url, version);
  };
  if (set == nullptr) return;
  const ValueSetInfo& own = set->info();
  look_at("ValueSet", own.url, own.version, own.status, own.standards_status, own.is_experimental);
  if (known_.system == nullptr) return;
  const CodeSystemInfo& info = known_.system->info();
  look_at("CodeSystem", info.url, info.version, info.status, info.standards_status,
          info.is_experimental);
}

}  // namespace terminology
