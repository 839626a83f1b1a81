// Of which patients nothing is held back from a token, found out once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace server::access {

/// Of one identity; thread-safe. A copy of it knows nothing: an identity that is copied may be
/// changed before it is used.
class OpenPatients {
 public:
  OpenPatients() = default;
  ~OpenPatients() = default;
  OpenPatients(const OpenPatients& /*other*/) {}
  OpenPatients& operator=(const OpenPatients& other) {
    if (this == &other) return *this;
    const std::lock_guard lock(mutex_);
    ids_.clear();
    return *this;
  }

  /// generation   of what patients say: another one when any of it has changed
  bool has(std::uint64_t generation, std::int64_t now_ms, std::string_view patient) const {
    return until(generation, now_ms, patient).has_value();
  }

  /// UTC ms; nothing: the patient is not known to be open.
  std::optional<std::int64_t> until(std::uint64_t generation, std::int64_t now_ms,
                                    std::string_view patient) const {
    const std::lock_guard lock(mutex_);
    const bool is_open = generation == generation_ && now_ms < good_until_ &&
                         std::find(ids_.begin(), ids_.end(), patient) != ids_.end();
    return is_open ? std::optional(good_until_) : std::nullopt;
  }

  /// good_until   UTC ms, when time changes what was found
  void add(std::uint64_t generation, std::int64_t good_until, std::string_view patient) {
    const std::lock_guard lock(mutex_);
    if (generation < generation_) return;
    if (generation != generation_ || ids_.size() >= k_max) {
      ids_.clear();
      good_until_ = good_until;
    }
    generation_ = generation;
    good_until_ = std::min(good_until_, good_until);
    ids_.emplace_back(patient);
  }

 private:
  static constexpr std::size_t k_max = 16;  // whom one token reads of at a time
  mutable std::mutex mutex_;
  std::uint64_t generation_ = 0;
  std::int64_t good_until_ = 0;
  std::vector<std::string> ids_;
};

}  // namespace server::access
