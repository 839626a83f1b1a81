// https://hl7.org/fhir/R4/operationoutcome.html
#include "fhir/base/issue.h"

#include <array>

namespace fhir {
namespace {

constexpr std::array<std::string_view, 4> k_severities = {"fatal", "error", "warning",
                                                          "information"};
constexpr std::array<std::string_view, 31> k_types = {
    "invalid",       "structure", "required",         "value",         "invariant",  "security",
    "login",         "unknown",   "expired",          "forbidden",     "suppressed", "processing",
    "not-supported", "duplicate", "multiple-matches", "not-found",     "deleted",    "too-long",
    "code-invalid",  "extension", "too-costly",       "business-rule", "conflict",   "transient",
    "lock-error",    "no-store",  "exception",        "timeout",       "incomplete", "throttled",
    "informational"};

}  // namespace

std::string_view code_of(Severity severity) {
  return k_severities[static_cast<std::size_t>(severity)];
}

std::string_view code_of(IssueType type) { return k_types[static_cast<std::size_t>(type)]; }

Issue make_issue(Situation situation, IssueType type, std::string diagnostics) {
  Issue issue;
  issue.type = type;
  issue.diagnostics = std::move(diagnostics);
  issue.situation = situation;
  return issue;
}

Issue make_issue(IssueType type, std::string diagnostics) {
  return make_issue(Situation::by_type, type, std::move(diagnostics));
}

void IssueList::add(Issue issue) {
  if (issue.severity <= Severity::error) ++error_count_;
  if (issues_.size() < limit_) issues_.push_back(std::move(issue));
}

}  // namespace fhir
