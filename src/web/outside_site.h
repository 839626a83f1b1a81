// What outside issuers need in front of the API: a worker for each token that is to be verified,
// and the discovery of the issuer where it is the only authorization server.
#pragma once

#include "src/http/message.h"
#include "src/rest/context.h"
#include "src/security/outside_tokens.h"
#include "src/web/token_authorizer.h"

namespace server::web {

class OutsideSite final : public http::Handler {
 public:
  /// All outlive this.
  ///
  /// tells_discovery   whether `[base]/.well-known/smart-configuration` is answered here
  OutsideSite(const security::OutsideTokens& tokens, const TokenAuthorizer& authorizer,
              const rest::Options& options, http::Handler* next, bool tells_discovery)
      : tokens_(tokens),
        authorizer_(authorizer),
        options_(options),
        next_(*next),
        tells_discovery_(tells_discovery) {}

  http::Placement placement(const http::Request& request) const override;
  http::Response handle(http::Request& request) override;
  http::Response failure(unsigned status, std::string_view diagnostics) const override {
    return next_.failure(status, diagnostics);
  }

 private:
  http::Response discovery(const http::Request& request) const;

  const security::OutsideTokens& tokens_;
  const TokenAuthorizer& authorizer_;
  const rest::Options& options_;
  http::Handler& next_;
  const bool tells_discovery_;
};

}  // namespace server::web
