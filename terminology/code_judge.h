// Judges one coding: which version of its code system is meant, whether the code is there and in
// the value set, whether its display is right, and what else is to be said.
// https://hl7.org/fhir/R4/valueset-operation-validate-code.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "terminology/displays.h"
#include "terminology/validate_code.h"

namespace terminology {

/// `url|version`
std::string identity_of(const ValueSet& set);

class CodeJudge {
 public:
  /// index   of the coding in the question
  CodeJudge(const Scope& scope, const CodeQuestion& question, std::size_t index);

  /// Membership in the set included.
  void judge_in(const ValueSet& set);
  /// Only what the code system says.
  void judge_in(const CodeSystem& system);
  /// The same of the coding's own system, wherever it is held.
  void judge_in_own_system();

  bool is_in_set() const { return is_in_set_; }
  /// Something that the set needs is not held: whether the code is in it is open.
  bool is_open() const { return is_open_; }
  const fhir::Coding& coding() const { return coding_; }
  const CodeSystem* system() const { return known_.system; }
  const KnownCode& known() const { return known_; }
  bool is_known() const { return known_.is_in_system() || is_accepted_; }

  std::vector<fhir::Issue> issues;
  std::vector<std::string> messages;
  std::vector<std::string> unknown_systems, causing_systems;
  std::string status;
  bool is_inactive = false;

 private:
  std::string path(std::string_view member) const;
  void add(fhir::Severity severity, fhir::IssueType type, std::string_view tx_code,
           std::string_view message_id, std::string text, std::string where, bool is_said = true);

  bool infer_system(const ValueSet& set);
  void choose_version(const ValueSet& set, const std::vector<const Clause*>& clauses);
  const CodeSystem* best_of(const ValueSet& set, const std::vector<const CodeSystem*>& systems);
  void report_mismatch(const Clause& clause);
  void report_lack(const ValueSet& set, const Clause& clause);
  void check_version();
  bool find_own_system();
  void report_unknown_version(std::string_view version);
  void report_unknown_system();
  void look_up();
  void judge_membership(const ValueSet& set, fhir::Membership membership);
  void report_not_in(const ValueSet& set);
  bool report_unknown_code();
  void judge_concept(const ValueSet* set);
  void check_case();
  void check_display();
  void check_state(const ValueSet* set);
  void check_standing(const ValueSet* set);

  const Scope& scope_;
  const CodeQuestion& question_;
  std::size_t index_;
  fhir::Coding coding_;
  KnownCode known_;
  bool is_in_set_ = false;
  bool is_open_ = false;
  bool is_accepted_ = false;  // by a grammar, which lists no concept
};

}  // namespace terminology
