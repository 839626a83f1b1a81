// What the OAuth endpoints answer when they refuse.
// https://www.rfc-editor.org/rfc/rfc6749#section-5.2
#pragma once

#include <string>
#include <utility>

#include "fhir/base/result.h"

namespace server::security {

struct OAuthError {
  unsigned status = 400;
  std::string error;        // invalid_request, invalid_client, invalid_grant, …
  std::string description;  // one sentence; tells nothing secret
};

inline fhir::Unexpected<OAuthError> oauth_error(unsigned status, std::string error,
                                                std::string description) {
  return {OAuthError{status, std::move(error), std::move(description)}};
}

/// Of a failure of ours: the state could not be read or written.
inline OAuthError server_error(const fhir::Issue& issue) {
  const bool may_come_back = issue.type == fhir::IssueType::transient ||
                             issue.type == fhir::IssueType::lock_error ||
                             issue.type == fhir::IssueType::timeout;
  return {may_come_back ? 503u : 500u, may_come_back ? "temporarily_unavailable" : "server_error",
          "The server's state cannot be used now"};
}

template <class T>
using OAuthResult = fhir::Result<T, OAuthError>;

/// FHIR_TRY for functions that return an OAuthResult, over a Result with an Issue.
#define OAUTH_TRY(name, ...) OAUTH_TRY_(name, FHIR_CONCAT(oauth_try_, __LINE__), __VA_ARGS__)
#define OAUTH_TRY_(name, temporary, ...)                                                       \
  auto temporary = (__VA_ARGS__);                                                              \
  if (!temporary)                                                                              \
    return ::fhir::unexpected(::server::security::server_error(std::move(temporary).error())); \
  auto&& name = *std::move(temporary)

#define OAUTH_CHECK(...)                                                                 \
  do {                                                                                   \
    if (auto oauth_check_ = (__VA_ARGS__); !oauth_check_)                                \
      return ::fhir::unexpected(::server::security::server_error(oauth_check_.error())); \
  } while (false)

}  // namespace server::security
