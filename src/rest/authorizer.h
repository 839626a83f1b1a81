// Who sends a request, as far as its token tells.
#pragma once

#include <memory>
#include <string>

#include "fhir/base/result.h"
#include "src/access/access.h"
#include "src/http/message.h"

namespace server::rest {

/// Thread-safe.
class Authorizer {
 public:
  virtual ~Authorizer() = default;

  /// errors   login (401): no token · expired (401): one that is not good, or no longer
  virtual fhir::Result<std::shared_ptr<const access::Identity>> identify(
      const http::Headers& headers) = 0;

  /// A word of letters and digits for whom the token speaks: the client, its user, the patient in
  /// context and the scopes. Whoever may have the answer to an earlier request has the same one.
  ///
  /// errors   as identify()
  virtual fhir::Result<std::string> owner(const http::Headers& headers) = 0;

  /// The WWW-Authenticate of a 401. https://www.rfc-editor.org/rfc/rfc6750#section-3
  virtual std::string challenge(const http::Headers& headers) const = 0;
};

}  // namespace server::rest
