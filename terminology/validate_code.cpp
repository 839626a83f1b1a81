// https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
// https://hl7.org/fhir/R4/valueset-operation-validate-code.html
#include "terminology/validate_code.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "terminology/code_judge.h"
#include "terminology/tx_issue.h"
#include "terminology/value_set_reader.h"

namespace terminology {
namespace {

using fhir::Severity;

/// What makes a set of no use for any code.
const fhir::Issue* flaw_of(const ValueSet& set) {
  if (set.uses_own_expansion()) return nullptr;
  for (const std::span<const Clause> clauses : {set.includes(), set.excludes()}) {
    for (const Clause& clause : clauses) {
      if (clause.lack == Lack::end_of_cycle || clause.lack == Lack::sense) return &*clause.problem;
      for (const ValueSet* import : clause.imports) {
        if (const fhir::Issue* flaw = flaw_of(*import)) return flaw;
      }
    }
  }
  return set.includes().empty() && set.problem() ? &*set.problem() : nullptr;
}

bool has_errors(const std::vector<fhir::Issue>& issues) {
  return std::any_of(issues.begin(), issues.end(),
                     [](const fhir::Issue& issue) { return issue.severity <= Severity::error; });
}

/// "; " between the texts, each once, in the order of letters.
std::string joined(std::vector<std::string> messages) {
  std::sort(messages.begin(), messages.end());
  messages.erase(std::unique(messages.begin(), messages.end()), messages.end());
  std::string text;
  for (const std::string& message : messages) text += (text.empty() ? "" : "; ") + message;
  return text;
}

/// Puts the judgements on all codings together.
class Verdict {
 public:
  Verdict(const CodeQuestion& question) : question_(question) {}

  void add(CodeJudge& judge) {
    out_.issues.insert(out_.issues.end(), judge.issues.begin(), judge.issues.end());
    messages_.insert(messages_.end(), judge.messages.begin(), judge.messages.end());
    const auto append = [](std::vector<std::string>& to, const std::vector<std::string>& from) {
      for (const std::string& text : from) {
        if (std::find(to.begin(), to.end(), text) == to.end()) to.push_back(text);
      }
    };
    append(out_.unknown_systems, judge.unknown_systems);
    append(out_.causing_systems, judge.causing_systems);
    const bool is_one_of_several = question_.given == Given::codeable_concept;
    if (!is_one_of_several || (judge.is_in_set() && !is_identified_)) identify(judge);
  }

  void identify(const CodeJudge& judge) {
    is_identified_ = true;
    out_.system = judge.coding().system;
    out_.code = judge.coding().code;
    if (judge.system() != nullptr) out_.version = judge.system()->info().version;
    out_.status = judge.status;
    out_.is_inactive = judge.is_inactive;
    if (!judge.known().is_in_system() && judge.known().listing == nullptr) {
      if (judge.is_known()) out_.display = judge.system()->describe(judge.coding().code);
      return;
    }
    out_.display = display_for(judge.known(), question_.languages);
    if (!judge.known().is_in_system()) return;
    const std::string_view right = judge.known().system->at(judge.known().id).code;
    if (right != judge.coding().code) out_.normalized_code = right;
  }

  void add(fhir::Issue issue) {
    messages_.push_back(issue.diagnostics);
    out_.issues.push_back(std::move(issue));
  }

  /// One coding is right: that another is of a system nobody here knows is no error then.
  void forgive_unknown_systems() {
    for (fhir::Issue& issue : out_.issues) {
      if (issue.message_id == "UNKNOWN_CODESYSTEM") issue.severity = Severity::warning;
    }
  }

  CodeVerdict finish(bool is_found) {
    out_.result = is_found && !has_errors(out_.issues);
    out_.message = joined(std::move(messages_));
    return std::move(out_);
  }

 private:
  const CodeQuestion& question_;
  CodeVerdict out_;
  std::vector<std::string> messages_;
  bool is_identified_ = false;
};

/// Whether the set would be another for a coding that names its version.
bool leaves_version_open(const ValueSet& set, const fhir::Coding& coding) {
  if (coding.version.empty()) return false;
  const auto clauses = set.clauses_of(coding.system);
  return std::any_of(clauses.begin(), clauses.end(), [&](const Clause* clause) {
    return clause->code_system != nullptr &&
           clause->code_system->info().version != coding.version &&
           (clause->wanted.empty() || version_fits(clause->wanted, coding.version));
  });
}

}  // namespace

CodeVerdict validate_code(const Scope& scope, const CodeSystem* system,
                          const CodeQuestion& question) {
  Verdict verdict(question);
  bool is_right = false;
  const auto is_foreign = [&](const fhir::Coding& coding) {
    return system != nullptr && !coding.system.empty() && coding.system != system->info().url;
  };
  // Of a CodeableConcept it is enough that one coding is of the code system.
  const bool all_foreign =
      std::all_of(question.codings.begin(), question.codings.end(), is_foreign);
  for (std::size_t i = 0; i < question.codings.size(); ++i) {
    const fhir::Coding& coding = question.codings[i];
    if (is_foreign(coding)) {
      verdict.add(tx_issue(all_foreign ? Severity::error : Severity::information,
                           fhir::IssueType::invalid, "invalid-data", "CODESYSTEM_CS_NOT_THE_ONE",
                           "The code " + quoted(coding.code) + " is of " +
                               std::string(coding.system) + ", not of " +
                               std::string(system->info().url)));
      continue;
    }
    CodeJudge judge(scope, question, i);
    system != nullptr ? judge.judge_in(*system) : judge.judge_in_own_system();
    is_right = is_right || judge.system() != nullptr;
    verdict.add(judge);
    verdict.identify(judge);
  }
  return verdict.finish(is_right);
}

fhir::Result<CodeVerdict> validate_code(const Scope& scope, const ValueSet& set,
                                        const ResourceOf& resource, const CodeQuestion& question) {
  if (const fhir::Issue* flaw = flaw_of(set)) return fhir::unexpected(*flaw);
  Verdict verdict(question);
  bool is_found = false, is_open = false;
  // What a verdict shows of a set that was read again must outlive it.
  std::vector<std::unique_ptr<const Scope>> scopes;
  std::vector<std::unique_ptr<const ValueSet>> sets;
  for (std::size_t i = 0; i < question.codings.size(); ++i) {
    const fhir::Coding& coding = question.codings[i];
    const Scope* seen = &scope;
    const ValueSet* asked = &set;
    const fhir::json::Value* source = nullptr;
    if (resource && leaves_version_open(set, coding) &&
        scope.code_system(coding.system, coding.version) != nullptr)
      source = resource();
    if (source != nullptr) {
      scopes.push_back(std::make_unique<const Scope>(
          scope, VersionRule{.url = coding.system, .version = coding.version}));
      seen = scopes.back().get();
      sets.push_back(ValueSetReader::read(*source, *seen));
      asked = sets.back().get();
    }
    CodeJudge judge(*seen, question, i);
    judge.judge_in(*asked);
    is_found = is_found || judge.is_in_set();
    is_open = is_open || judge.is_open();
    verdict.add(judge);
  }
  const bool is_concept = question.given == Given::codeable_concept;
  if (is_concept && is_found) verdict.forgive_unknown_systems();
  if (is_concept && !is_found && !is_open)
    verdict.add(tx_issue(Severity::error, fhir::IssueType::code_invalid, "not-in-vs",
                         "TX_GENERAL_CC_ERROR_MESSAGE",
                         "No valid coding was found for the value set " +
                             quoted(canonical_text(set.info().url, set.info().version))));
  return verdict.finish(is_found);
}

}  // namespace terminology
