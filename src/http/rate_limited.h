// Limits how often an address may ask, before anything else is done with a request.
// https://www.rfc-editor.org/rfc/rfc6585#section-4
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "src/http/message.h"
#include "src/http/rate_limiter.h"

namespace server::http {

/// Which requests a limit is for.
struct RateRule {
  std::string path;  // of the URL, without query; empty: of any but /health
  bool only_posts = false;
  Rate rate;
};

/// The address that a request came from, as limits count it.
///
/// proxies   addresses whose X-Forwarded-For is believed
std::string counted_client(const Request& request, const std::vector<std::string>& proxies);

class RateLimited final : public Handler {
 public:
  /// proxies   addresses whose X-Forwarded-For is believed
  /// next      outlives this
  RateLimited(const std::vector<RateRule>& rules, std::vector<std::string> proxies, Handler& next);

  Placement placement(const Request& request) const override { return next_.placement(request); }
  Response handle(Request& request) override;
  Response failure(unsigned status, std::string_view diagnostics) const override {
    return next_.failure(status, diagnostics);
  }

 private:
  struct Limit {
    RateRule rule;
    std::unique_ptr<RateLimiter> limiter;
  };
  std::string key_of(const Request& request) const;

  std::vector<Limit> limits_;
  std::vector<std::string> proxies_;
  Handler& next_;
};

/// What an address is counted as: itself, or of IPv6 the network of 64 bits, which one client may
/// have whole.
std::string counted_address(std::string_view address);

}  // namespace server::http
