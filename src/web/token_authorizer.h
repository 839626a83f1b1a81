// Who a bearer token stands for. https://www.rfc-editor.org/rfc/rfc6750
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "src/rest/authorizer.h"
#include "src/security/environment.h"

namespace server::web {

/// Remembers tokens as long as no record changes anywhere: a revocation counts at once, and what a
/// busy app asks costs no look into the records.
class TokenAuthorizer final : public rest::Authorizer {
 public:
  explicit TokenAuthorizer(const security::Environment& environment) : environment_(environment) {}

  fhir::Result<std::shared_ptr<const access::Identity>> identify(
      const http::Headers& headers) override;
  fhir::Result<std::string> owner(const http::Headers& headers) override;
  std::string challenge(const http::Headers& headers) const override;

 private:
  using Shared = std::shared_ptr<const access::Identity>;
  struct Known {
    Shared identity;
    std::int64_t expires_at = 0;
  };
  Shared recall(const std::string& key, std::int64_t revision);
  void remember(const std::string& key, std::int64_t revision, Known known);

  security::Environment environment_;
  std::mutex mutex_;
  std::int64_t revision_ = 0;  // of all that is known
  std::unordered_map<std::string, Known> known_;
};

}  // namespace server::web
