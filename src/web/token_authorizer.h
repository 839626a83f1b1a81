// Who a bearer token stands for. https://www.rfc-editor.org/rfc/rfc6750
#pragma once

#include "src/rest/authorizer.h"
#include "src/security/environment.h"

namespace server::web {

class TokenAuthorizer final : public rest::Authorizer {
 public:
  explicit TokenAuthorizer(const security::Environment& environment) : environment_(environment) {}

  fhir::Result<access::Identity> identify(const http::Headers& headers) const override;
  std::string challenge(const http::Headers& headers) const override;

 private:
  security::Environment environment_;
};

}  // namespace server::web
