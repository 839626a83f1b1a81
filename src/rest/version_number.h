// The versionId of a URL.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

#include "src/rest/status.h"

namespace server::rest {

/// errors   not-found: no number that this server gives
inline fhir::Result<std::int64_t, Failure> version_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1)
    return fhir::unexpected(failure(
        fhir::make_issue(fhir::IssueType::not_found, "There is no such version of this resource")));
  return number;
}

}  // namespace server::rest
