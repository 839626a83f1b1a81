#include "src/http/rate_limited.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "src/http/text.h"

namespace server::http {
namespace {

using std::chrono::ceil;

bool is_for(const RateRule& rule, const Request& request, std::string_view path) {
  if (rule.only_posts && request.method != Method::post) return false;
  return rule.path.empty() ? path != "/health" : path == rule.path;
}

/// `192.0.2.1:5000`, `[2001:db8::1]:5000`, `[2001:db8::1]`: some proxies tell the port, which a
/// client has many of.
std::string_view without_port(std::string_view address) {
  if (address.starts_with('[')) return address.substr(1, address.find(']') - 1);
  const std::size_t colon = address.find(':');
  const bool is_port = colon != std::string_view::npos && address.rfind(':') == colon;
  return is_port ? address.substr(0, colon) : address;
}

/// The address that the nearest proxy saw: the last of the list. A proxy may add a line of its own
/// to what a client sent: "multiple field lines … as … a comma-separated list" (RFC 9110 section
/// 5.3).
std::string_view forwarded_for(const Request& request) {
  std::string_view text;
  for (const auto& [name, value] : request.headers.fields()) {
    if (equals_without_case(name, "X-Forwarded-For")) text = value;
  }
  if (const std::size_t comma = text.rfind(','); comma != std::string_view::npos)
    text.remove_prefix(comma + 1);
  return without_port(trim(text));
}

}  // namespace

std::string counted_address(std::string_view address) {
  in6_addr parsed{};
  if (inet_pton(AF_INET6, std::string(address).c_str(), &parsed) != 1) return std::string(address);
  if (IN6_IS_ADDR_V4MAPPED(&parsed)) {
    char text[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, parsed.s6_addr + 12, text, sizeof text);
    return text;
  }
  std::memset(parsed.s6_addr + 8, 0, 8);
  char text[INET6_ADDRSTRLEN];
  inet_ntop(AF_INET6, &parsed, text, sizeof text);
  return text;
}

RateLimited::RateLimited(const std::vector<RateRule>& rules, std::vector<std::string> proxies,
                         Handler& next)
    : proxies_(std::move(proxies)), next_(next) {
  for (const RateRule& rule : rules) {
    if (rule.rate.per_second > 0)
      limits_.push_back({rule, std::make_unique<RateLimiter>(rule.rate)});
  }
}

std::string counted_client(const Request& request, const std::vector<std::string>& proxies) {
  const bool is_proxy =
      std::find(proxies.begin(), proxies.end(), request.remote_address) != proxies.end();
  const std::string_view seen = is_proxy ? forwarded_for(request) : std::string_view{};
  return counted_address(seen.empty() ? std::string_view(request.remote_address) : seen);
}

std::string RateLimited::key_of(const Request& request) const {
  return counted_client(request, proxies_);
}

Response RateLimited::handle(Request& request) {
  if (limits_.empty()) return next_.handle(request);
  const std::string_view path =
      std::string_view(request.target).substr(0, request.target.find('?'));
  std::string key;  // made when a limit is for this request: most are for few
  const auto now = RateLimiter::Clock::now();
  std::vector<RateLimiter*> taken;
  for (Limit& limit : limits_) {
    if (!is_for(limit.rule, request, path)) continue;
    if (key.empty()) key = key_of(request);
    const auto wait = limit.limiter->take(key, now);
    if (wait == RateLimiter::Clock::duration::zero()) {
      taken.push_back(limit.limiter.get());
      continue;
    }
    Response refused = next_.failure(429, "Too many requests come from this address: wait a while");
    refused.headers.set("Retry-After", std::to_string(ceil<std::chrono::seconds>(wait).count()));
    refused.label = "throttled";
    return refused;
  }
  Response response = next_.handle(request);
  if (response.wants_worker) {  // it comes again
    for (RateLimiter* limiter : taken) limiter->give_back(key);
  }
  return response;
}

}  // namespace server::http
