#include "terminology/tx_issue.h"

#include <utility>

namespace terminology {

fhir::Issue tx_issue(fhir::Severity severity, fhir::IssueType type, std::string_view tx_code,
                     std::string_view message_id, std::string text, std::string path) {
  fhir::Issue issue = fhir::make_issue(type, std::move(text));
  issue.severity = severity;
  issue.expression = std::move(path);
  issue.tx_code = tx_code;
  issue.message_id = message_id;
  return issue;
}

fhir::Issue tx_failure(fhir::IssueType type, std::string_view tx_code, std::string_view message_id,
                       std::string text, std::string path) {
  fhir::Issue issue =
      tx_issue(fhir::Severity::error, type, tx_code, message_id, std::move(text), std::move(path));
  issue.situation = fhir::Situation::unprocessable;
  return issue;
}

std::string in_words(const std::vector<std::string_view>& choices) {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) text += i + 1 == choices.size() ? " or " : ", ";
    text += choices[i];
  }
  return text;
}

std::string canonical_text(std::string_view url, std::string_view version) {
  std::string text(url);
  if (!version.empty()) text.append("|").append(version);
  return text;
}

}  // namespace terminology
