// One finding, in the words of R4's issue-severity and issue-type value sets.
// https://hl7.org/fhir/R4/operationoutcome.html
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fhir {

enum class Severity : std::uint8_t { fatal, error, warning, information };

/// https://hl7.org/fhir/R4/valueset-issue-type.html; a trailing underscore avoids a C++ keyword.
enum class IssueType : std::uint8_t {
  invalid,
  structure,
  required,
  value,
  invariant,
  security,
  login,
  unknown,
  expired,
  forbidden,
  suppressed,
  processing,
  not_supported,
  duplicate,
  multiple_matches,
  not_found,
  deleted,
  too_long,
  code_invalid,
  extension,
  too_costly,
  business_rule,
  conflict,
  transient,
  lock_error,
  no_store,
  exception,
  timeout,
  incomplete,
  throttled,
  informational
};

/// What kind of failure this is for whoever asked. The type alone does not tell: `not-supported` is
/// 406, 415 or 501. The server maps a situation to a status in one place (src/rest/status.h).
enum class Situation : std::uint8_t {
  by_type,  // follows from the type by the table in the design
  malformed,
  unauthenticated,
  refused,
  not_found,
  gone,
  method_not_allowed,
  not_acceptable,
  unsupported_media,
  conflict,
  precondition_failed,
  unprocessable,
  too_large,
  throttled,
  unavailable,
  timed_out,
  not_implemented,
  internal
};

struct Issue {
  Severity severity = Severity::error;
  IssueType type = IssueType::processing;
  std::string diagnostics;      // for the client: names elements and rules, never a patient's data
  std::string expression = {};  // FHIRPath of the element, empty when there is none
  std::uint32_t line = 0;       // 1-based; 0: unknown
  std::uint32_t column = 0;     // 1-based, in characters
  Situation situation = Situation::by_type;
  std::string rule = {};        // the invariant's key or the rule's id, empty when there is none
  std::string log_detail = {};  // for the log only
  std::string tx_code = {};     // of tx-issue-type: what a terminology operation found
  std::string message_id = {};  // by which the terminology ecosystem knows the text
};

std::string_view code_of(Severity severity);
std::string_view code_of(IssueType type);

/// An error with a situation; the shorthand for most failures.
Issue make_issue(Situation situation, IssueType type, std::string diagnostics);
Issue make_issue(IssueType type, std::string diagnostics);

/// Takes findings while work goes on.
class IssueSink {
 public:
  virtual ~IssueSink() = default;
  virtual void add(Issue issue) = 0;
};

/// Keeps what it is given, up to `limit` issues; past it, only counts.
class IssueList final : public IssueSink {
 public:
  explicit IssueList(std::size_t limit = 1000) : limit_(limit) {}
  void add(Issue issue) override;
  const std::vector<Issue>& issues() const { return issues_; }
  std::vector<Issue>& issues() { return issues_; }
  /// Fatal and error issues, including those past the limit.
  std::size_t error_count() const { return error_count_; }
  bool has_errors() const { return error_count_ != 0; }

 private:
  std::size_t limit_;
  std::size_t error_count_ = 0;
  std::vector<Issue> issues_;
};

}  // namespace fhir
