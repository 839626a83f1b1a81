#include "src/policy/emergency.h"

#include <algorithm>

namespace server::policy {
namespace {

std::string trimmed(std::string_view text) {
  constexpr std::string_view k_blank = " \t\r\n";
  const std::size_t from = text.find_first_not_of(k_blank);
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(k_blank) - from + 1));
}

/// `chosen`, or with more behind it.
bool is_begun_by(std::string_view reason, std::string_view chosen) {
  return reason == chosen ||
         (reason.starts_with(chosen) && reason.substr(chosen.size()).starts_with(": "));
}

std::string listed(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out.append(out.empty() ? "" : ", ").append(text);
  return out;
}

}  // namespace

fhir::Result<std::string> emergency_reason(const Emergency& emergency, std::string_view given,
                                           std::string_view details) {
  std::string reason = trimmed(given);
  const std::string more = trimmed(details);
  if (reason.empty())
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::required, "The glass is broken for a reason"));
  const auto& known = emergency.reasons;
  if (!known.empty() && std::none_of(known.begin(), known.end(), [&](const std::string& one) {
        return is_begun_by(reason, one);
      }))
    return fhir::unexpected(fhir::make_issue(
        fhir::IssueType::value,
        "The reason is one of these, with more behind a colon if need be: " + listed(known)));
  if (!more.empty()) reason.append(": ").append(more);
  if (reason.size() > k_emergency_reason_bytes_max)
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::too_long, "The reason is too long"));
  return reason;
}

fhir::Result<std::string> emergency_purpose(const Emergency& emergency, std::string_view given) {
  if (given.empty()) return emergency.purposes.front();
  const auto& known = emergency.purposes;
  if (std::find(known.begin(), known.end(), given) == known.end())
    return fhir::unexpected(fhir::make_issue(
        fhir::IssueType::value, "The purpose of an emergency is here one of " + listed(known)));
  return std::string(given);
}

}  // namespace server::policy
