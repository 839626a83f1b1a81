// One entry of `errors`. https://hl7.org/fhir/R4/graphql.html#errors
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "fhir/base/issue.h"

namespace server::graphql {

/// A place in the document, 1-based; the column counts characters.
struct Location {
  std::uint32_t line = 0;  // 0: unknown
  std::uint32_t column = 0;
};

struct Error {
  fhir::Issue issue;              // its line and column are the document's
  std::vector<std::string> path;  // keys and indices of the answer, as JSON; empty: of none
};

using Errors = std::vector<Error>;

/// An error of the document or its variables: the request is malformed, or asks for too much.
inline Error document_error(fhir::IssueType type, std::string message, Location at) {
  Error error;
  const bool is_limit = type == fhir::IssueType::too_costly || type == fhir::IssueType::too_long;
  error.issue = fhir::make_issue(is_limit ? fhir::Situation::by_type : fhir::Situation::malformed,
                                 type, std::move(message));
  error.issue.line = at.line;
  error.issue.column = at.column;
  return error;
}

}  // namespace server::graphql
