#include "src/http/rate_limiter.h"

#include <algorithm>
#include <functional>

namespace server::http {
namespace {

RateLimiter::Clock::duration seconds(double count) {
  return std::chrono::duration_cast<RateLimiter::Clock::duration>(
      std::chrono::duration<double>(count));
}

constexpr std::string_view k_shared_key;  // of those that find no room

}  // namespace

RateLimiter::RateLimiter(Rate rate, std::size_t keys_max)
    : rate_(rate), keys_max_of_shard_(std::max<std::size_t>(1, keys_max / k_shards)) {
  if (!is_on()) return;
  each_ = seconds(1 / rate.per_second);
  room_ = seconds(std::max(rate.burst, 1.0) / rate.per_second);
}

RateLimiter::Shard& RateLimiter::shard_of(std::string_view key) {
  return shards_[std::hash<std::string_view>{}(key) % k_shards];
}

RateLimiter::Clock::time_point& RateLimiter::bucket(Shard& shard, std::string_view key,
                                                    Clock::time_point now) {
  if (const auto found = shard.full_at.find(std::string(key)); found != shard.full_at.end())
    return found->second;
  if (shard.full_at.size() >= keys_max_of_shard_)
    std::erase_if(shard.full_at, [&](const auto& one) { return one.second <= now; });
  const bool has_room = shard.full_at.size() < keys_max_of_shard_;
  return shard.full_at.try_emplace(std::string(has_room ? key : k_shared_key), now).first->second;
}

RateLimiter::Clock::duration RateLimiter::take(std::string_view key, Clock::time_point now) {
  if (!is_on()) return {};
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  Clock::time_point& full_at = bucket(shard, key, now);
  const Clock::time_point then = std::max(full_at, now) + each_;
  if (then - now > room_) return then - now - room_;
  full_at = then;
  return {};
}

void RateLimiter::give_back(std::string_view key) {
  if (!is_on()) return;
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  auto found = shard.full_at.find(std::string(key));
  if (found == shard.full_at.end()) found = shard.full_at.find(std::string(k_shared_key));
  if (found != shard.full_at.end()) found->second -= each_;
}

}  // namespace server::http
