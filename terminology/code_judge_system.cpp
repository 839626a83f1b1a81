// Which code system, and which version of it, a coding means.
// https://hl7.org/fhir/R4/valueset-operation-validate-code.html
#include <algorithm>

#include "terminology/code_judge.h"
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

}  // namespace

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

}  // namespace terminology
