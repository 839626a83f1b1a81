// Who a bearer token stands for. https://www.rfc-editor.org/rfc/rfc6750
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "src/http/rate_limiter.h"
#include "src/rest/authorizer.h"
#include "src/security/environment.h"
#include "src/security/grants.h"
#include "src/security/outside_tokens.h"
#include "src/security/secret_table.h"

namespace server::web {

/// Remembers tokens as long as no record changes anywhere: a revocation counts at once, and what a
/// busy app asks costs no look into the records.
class TokenAuthorizer final : public rest::Authorizer {
 public:
  /// rate      how often each client may ask, whatever its tokens
  /// outside   tokens of other issuers, null: none is taken; outlives this
  TokenAuthorizer(const security::Environment& environment, http::Rate rate,
                  security::OutsideTokens* outside = nullptr)
      : environment_(environment), limiter_(rate), outside_(outside) {}

  /// Whether it is known at once, or by a look into the records, for whom a request speaks. A token
  /// to verify is for a worker.
  bool is_quick(const http::Headers& headers) const;

  fhir::Result<std::shared_ptr<const access::Identity>> identify(
      const http::Headers& headers) override;
  /// For whom a token speaks that identify() takes; nothing otherwise.
  struct Speaker {
    std::string client, user, fhir_user, patient, purpose, reason;
  };
  std::optional<Speaker> speaker(const http::Headers& headers);
  fhir::Result<std::string> owner(const http::Headers& headers) override;
  std::string challenge(const http::Headers& headers) const override;

 private:
  using Shared = std::shared_ptr<const access::Identity>;
  struct Known {
    Shared identity;
    std::shared_ptr<const Speaker> speaker;
    std::int64_t expires_at = 0;
    std::shared_ptr<const security::Grant> conditional;  // asked each time whether it still holds
  };
  /// A digest is as good as any hash of itself.
  struct FirstBytes {
    std::size_t operator()(const std::string& digest) const {
      std::size_t bytes = 0;
      std::memcpy(&bytes, digest.data(), std::min(sizeof bytes, digest.size()));
      return bytes;
    }
  };
  static Known known_of(const security::ActiveToken& active);
  using Found = std::shared_ptr<const Known>;
  Found recall(std::string_view token, std::int64_t revision);
  fhir::Result<Found> look_up(std::string_view token);
  fhir::Result<std::shared_ptr<const security::ActiveToken>> outside_token(
      std::string_view token, const std::string& digest);
  fhir::Result<Found> look_up_outside(std::string_view token);
  void remember(std::string_view token, std::int64_t revision, Found known);

  security::Environment environment_;
  http::RateLimiter limiter_;
  security::OutsideTokens* const outside_;
  std::mutex mutex_;
  std::int64_t revision_ = 0;           // of all that is known
  security::SecretTable<Found> known_;  // by token
  struct Outside {
    std::shared_ptr<const security::ActiveToken> verified;
    Found known;
  };
  /// Of outside tokens, of which no record tells, by their digests.
  std::unordered_map<std::string, Outside, FirstBytes> outside_known_;
};

}  // namespace server::web
