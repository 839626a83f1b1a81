// What a token may read, found out once: criteria are made anew only when the definitions are.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/access/glance.h"
#include "src/policy/permission.h"

namespace server::access {

/// What may be read of a type, and how most of it is told quickly.
struct Readable {
  policy::Permission permission;
  Glance glance;  // by the permission's limit
};

/// Of one identity; thread-safe. A copy of it knows nothing: an identity that is copied may be
/// changed before it is used.
class PermissionMemo {
 public:
  using Kept = std::shared_ptr<const Readable>;

  PermissionMemo() = default;
  ~PermissionMemo() = default;
  PermissionMemo(const PermissionMemo& /*other*/) {}
  PermissionMemo& operator=(const PermissionMemo& other);

  /// snapshot   of the definitions; 0: of none, and nothing is known
  Kept find(std::uint64_t snapshot, std::string_view type) const;
  void keep(std::uint64_t snapshot, std::string_view type, Kept readable);

 private:
  mutable std::mutex mutex_;
  std::uint64_t snapshot_ = 0;                       // of all that is known
  std::vector<std::pair<std::string, Kept>> known_;  // by type: an app asks for a few
};

}  // namespace server::access
