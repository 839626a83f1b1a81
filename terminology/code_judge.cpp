// https://hl7.org/fhir/R4/valueset-operation-validate-code.html,
// https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
#include "terminology/code_judge.h"

#include <algorithm>

#include "terminology/code_text.h"
#include "terminology/display_check.h"
#include "terminology/tx_issue.h"

namespace terminology {

using fhir::IssueType;
using fhir::Membership;
using fhir::Severity;

namespace {

/// "urn:…" and "http:…" are absolute; "Location1" is not.
bool is_absolute(std::string_view uri) {
  const std::size_t colon = uri.find(':');
  return colon != std::string_view::npos && uri.find('/') >= colon;
}

std::string identity_of(const ValueSet& set) {
  return canonical_text(set.info().url, set.info().version);
}

}  // namespace

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

/// Which of the versions that the set draws on is meant; says what is wrong with the coding's own.
void CodeJudge::choose_version(const ValueSet& set, const std::vector<const Clause*>& clauses) {
  std::vector<const CodeSystem*> systems;
  for (const Clause* clause : clauses) {
    if (clause->code_system != nullptr &&
        std::find(systems.begin(), systems.end(), clause->code_system) == systems.end())
      systems.push_back(clause->code_system);
  }
  std::stable_sort(systems.begin(), systems.end(), [](const CodeSystem* a, const CodeSystem* b) {
    return is_newer(a->info().version, b->info().version);
  });
  if (coding_.version.empty()) {
    if (!systems.empty()) {
      known_.system = best_of(set, systems);
    } else if (clauses[0]->kind != Clause::Kind::listed) {
      report_lack(set, *clauses[0]);
    } else if (set.contains(coding_) == Membership::yes) {
      add(Severity::warning, IssueType::not_found, "not-found", "UNKNOWN_CODESYSTEM",
          "A definition for CodeSystem " + quoted(coding_.system) +
              " could not be found, so the code cannot be validated",
          path("system"));
      unknown_systems.emplace_back(coding_.system);
    } else {
      report_unknown_system();
    }
    return;
  }
  const auto same = std::find_if(systems.begin(), systems.end(), [&](const CodeSystem* system) {
    return system->info().version == coding_.version;
  });
  if (same != systems.end()) {
    known_.system = *same;
    return;
  }
  const Clause& clause = *clauses[0];
  if (clause.code_system == nullptr && clause.lack == Lack::code_system)
    return report_lack(set, clause);
  if (clause.code_system != nullptr && clause.code_system->info().version.empty()) {
    known_.system = clause.code_system;  // it has no versions: the coding's is as good as none
    return;
  }
  report_mismatch(clause);
  known_.system = clause.code_system;
  const CodeSystem* own = scope_.code_system(coding_.system, coding_.version);
  if (clause.code_system == nullptr) {
    report_lack(set, clause);
    known_.system = own;
    look_up();
  } else if (own == nullptr) {
    report_unknown_version(coding_.version);
  }
}

/// Of several versions the newest that has the code in the set, and by the display that is given.
const CodeSystem* CodeJudge::best_of(const ValueSet& set,
                                     const std::vector<const CodeSystem*>& systems) {
  const CodeSystem* having = nullptr;
  for (const CodeSystem* system : systems) {
    const VersionView view{.version = system->info().version,
                           .excludes_cross_versions = question_.excludes_cross_versions};
    if (systems.size() > 1 && set.contains(coding_, view) != Membership::yes) continue;
    const ConceptId id = system->find(coding_.code);
    if (coding_.display.empty() ||
        (id != k_no_concept && has_display(*system, id, coding_.display)))
      return system;
    if (having == nullptr) having = system;
  }
  return having != nullptr ? having : systems[0];
}

void CodeJudge::report_mismatch(const Clause& clause) {
  std::string text = "The code system " + quoted(coding_.system) + " version ";
  const std::string tail = " in the ValueSet include is different to the one in the value (" +
                           quoted(coding_.version) + ")";
  if (clause.wanted.empty()) {
    const std::string_view actual =
        clause.code_system != nullptr ? clause.code_system->info().version : std::string_view{};
    text += quoted(actual) + " for the versionless include" + tail;
    add(Severity::warning, IssueType::invalid, "vs-invalid", "VALUESET_VALUE_MISMATCH_DEFAULT",
        std::move(text), path("version"), false);
    return;
  }
  const bool is_changed = clause.wanted != clause.version;
  text += quoted(clause.wanted);
  if (is_changed) text += " resulting from the version " + quoted(clause.version);
  add(Severity::error, IssueType::invalid, "vs-invalid",
      is_changed ? "VALUESET_VALUE_MISMATCH_CHANGED" : "VALUESET_VALUE_MISMATCH", text + tail,
      path("version"));
}

/// The set itself needs something that is not held: nothing can be said of membership.
void CodeJudge::report_lack(const ValueSet& set, const Clause& clause) {
  is_open_ = true;
  if (clause.lack == Lack::version) {
    report_unknown_version(clause.wanted);
  } else if (clause.lack == Lack::code_system) {
    report_unknown_system();
    causing_systems.push_back(canonical_text(clause.lacking, clause.wanted));
    add(Severity::warning, IssueType::not_found, "vs-invalid",
        "Unable_to_check_if_the_provided_codes_are_in_the_value_set_CS",
        "Unable to check whether the code is in the value set " + quoted(identity_of(set)) +
            " because the code system " + quoted(clause.lacking) + " was not found",
        {});
  } else if (clause.problem) {
    issues.push_back(*clause.problem);
    messages.push_back(clause.problem->diagnostics);
    if (find_own_system()) look_up();
  }
}

void CodeJudge::check_version() {
  if (known_.system == nullptr || question_.membership_only) return;
  const std::string_view version = known_.system->info().version;
  const VersionRule* rule = broken_check(scope_.rules(), coding_.system, version);
  if (rule == nullptr) return;
  add(Severity::error, IssueType::exception, "version-error", "VALUESET_VERSION_CHECK",
      "The version " + quoted(version) + " is not allowed for system " + quoted(coding_.system) +
          ": required to be " + quoted(rule->version) + " by a version-check parameter",
      path("version"));
}

/// The coding's system where no value set says which; false when it is not held, which is said.
bool CodeJudge::find_own_system() {
  known_.system = scope_.code_system(coding_.system, coding_.version);
  if (known_.system == nullptr && coding_.version.empty())
    known_.system = scope_.choose(coding_.system, {}).system;
  if (known_.system != nullptr) {
    look_up();
    return true;
  }
  if (question_.membership_only) return false;
  const CodeSystem* any = scope_.any_code_system(coding_.system, coding_.version);
  if (any != nullptr && any->info().content == Content::supplement) {
    add(Severity::error, IssueType::invalid, "invalid-data", "CODESYSTEM_CS_NO_SUPPLEMENT",
        "CodeSystem " + canonical_text(any->info().url, any->info().version) +
            " is a supplement, so can't be used as a value in Coding.system",
        path("system"));
    causing_systems.emplace_back(coding_.system);
    return false;
  }
  if (!coding_.version.empty() && !scope_.versions_of(coding_.system).empty()) {
    report_unknown_version(coding_.version);
    return false;
  }
  if (scope_.has_value_set(coding_.system)) {
    add(Severity::error, IssueType::invalid, "invalid-data", "Terminology_TX_System_ValueSet2",
        "The Coding references a value set, not a code system (" + quoted(coding_.system) + ")",
        path("system"));
    return false;
  }
  if (!is_absolute(coding_.system))
    add(Severity::error, IssueType::invalid, "invalid-data", "Terminology_TX_System_Relative",
        "Coding.system must be an absolute reference, not a local reference", path("system"));
  report_unknown_system();
  return false;
}

void CodeJudge::report_unknown_version(std::string_view version) {
  add(Severity::error, IssueType::not_found, "not-found", "UNKNOWN_CODESYSTEM_VERSION",
      "A definition for CodeSystem " + quoted(coding_.system) + " version " + quoted(version) +
          " could not be found, so the code cannot be validated. Valid versions: " +
          in_words(scope_.versions_of(coding_.system)),
      path("system"));
  causing_systems.push_back(canonical_text(coding_.system, version));
}

void CodeJudge::report_unknown_system() {
  add(Severity::error, IssueType::not_found, "not-found", "UNKNOWN_CODESYSTEM",
      "A definition for CodeSystem " + quoted(coding_.system) +
          " could not be found, so the code cannot be validated",
      path("system"));
  unknown_systems.push_back(canonical_text(coding_.system, coding_.version));
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
