// Versions that a token's bearer was found to see, so that they are not judged again at each read.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>

#include "src/storage/store.h"

namespace server::access {

/// What a verdict on a version holds for: with another snapshot or generation it is found anew.
struct JudgedAt {
  std::uint64_t snapshot = 0;    // of the definitions and the roles; 0: of none, nothing is known
  std::uint64_t generation = 0;  // of what patients say
  std::int64_t now_ms = 0;       // UTC
};

/// Of one identity; thread-safe. A version never changes, so a verdict on it holds until what it
/// was judged by does. A copy of this knows nothing: an identity that is copied may be changed
/// before it is used.
class SeenVersions {
 public:
  SeenVersions() = default;
  ~SeenVersions() = default;
  SeenVersions(const SeenVersions& /*other*/) {}
  SeenVersions& operator=(const SeenVersions& other);

  /// The version of a resource that was seen; not told from another one but by is().
  class Seen {
   public:
    explicit operator bool() const { return version_ != 0; }
    bool is(const storage::Version& version) const;

   private:
    friend class SeenVersions;
    std::uint64_t resource_ = 0;  // hash under a seed of this process; 0: of none
    std::uint64_t version_ = 0;   // the same: of its number and time
  };

  /// False when no version of it is known to be seen.
  Seen find(const JudgedAt& at, std::string_view type, std::string_view id) const;

  /// good_until   UTC ms, when time may change the verdict
  void add(const JudgedAt& at, std::int64_t good_until, const storage::Version& version);

 private:
  /// What comes later takes the place of what was there.
  static constexpr std::size_t k_sets = 64;
  static constexpr std::size_t k_of_set = 4;

  std::span<Seen, k_of_set> set_of(std::uint64_t resource) const;

  mutable std::mutex mutex_;
  std::uint64_t snapshot_ = 0;
  std::uint64_t generation_ = 0;
  std::int64_t good_until_ = 0;   // of all that is known
  std::unique_ptr<Seen[]> seen_;  // set by set; null: nothing is known
};

}  // namespace server::access
