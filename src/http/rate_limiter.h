// Token buckets by key, as one number each: the time at which the bucket is full again.
// (The "generic cell rate algorithm" of ITU-T I.371.)
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace server::http {

struct Rate {
  double per_second = 0;  // 0: no limit
  double burst = 1;       // what a bucket holds
};

/// Thread-safe. Memory is bounded: full buckets are forgotten, and where too many are not full, new
/// keys share one.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  explicit RateLimiter(Rate rate, std::size_t keys_max = 100'000);

  bool is_on() const { return rate_.per_second > 0; }

  /// Takes one from the bucket of the key.
  ///
  /// returns   zero when there was one; otherwise how long until there will be
  Clock::duration take(std::string_view key, Clock::time_point now);

  /// Puts back what was taken for a request that comes again.
  void give_back(std::string_view key);

 private:
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, Clock::time_point> full_at;
  };
  static constexpr std::size_t k_shards = 16;

  Shard& shard_of(std::string_view key);
  Clock::time_point& bucket(Shard& shard, std::string_view key, Clock::time_point now);

  Rate rate_;
  Clock::duration each_{};  // that one takes to come back
  Clock::duration room_{};  // that a whole bucket takes
  std::size_t keys_max_of_shard_;
  std::array<Shard, k_shards> shards_;
};

}  // namespace server::http
