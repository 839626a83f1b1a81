// What can be wrong with a patch, as issues.
#pragma once

#include <string>

#include "fhir/base/result.h"

namespace fhir::patch {

/// The patch itself is not of its form: 400.
inline Unexpected<Issue> malformed(std::string diagnostics) {
  return unexpected(make_issue(Situation::malformed, IssueType::invalid, std::move(diagnostics)));
}

/// The patch is of its form but cannot be applied to this resource: 422 (RFC 5789 section 2.2).
inline Unexpected<Issue> inapplicable(std::string diagnostics) {
  return unexpected(
      make_issue(Situation::unprocessable, IssueType::processing, std::move(diagnostics)));
}

/// A piece of the client's text as a diagnostic may quote it.
inline std::string quoted(std::string_view text) {
  std::string out = "'";
  out.append(text.substr(0, 120)).append("'");
  return out;
}

}  // namespace fhir::patch
