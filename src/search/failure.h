// How the readers of searches refuse what they cannot take.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "fhir/base/result.h"

namespace server::search {

/// A request that is malformed. Diagnostics name what the client wrote as names, never its values.
inline fhir::Unexpected<fhir::Issue> failure(fhir::IssueType type, std::string diagnostics) {
  return fhir::unexpected(
      fhir::make_issue(fhir::Situation::malformed, type, std::move(diagnostics)));
}

inline std::string quoted(std::string_view name) {
  std::string text = "`";
  return text.append(name).append("`");
}

}  // namespace server::search
