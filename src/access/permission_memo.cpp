#include "src/access/permission_memo.h"

namespace server::access {

PermissionMemo& PermissionMemo::operator=(const PermissionMemo& other) {
  if (this == &other) return *this;
  const std::lock_guard lock(mutex_);
  known_.clear();
  return *this;
}

PermissionMemo::Kept PermissionMemo::find(std::uint64_t snapshot, std::string_view type) const {
  const std::lock_guard lock(mutex_);
  if (snapshot == 0 || snapshot != snapshot_) return nullptr;
  for (const auto& [name, readable] : known_) {
    if (name == type) return readable;
  }
  return nullptr;
}

void PermissionMemo::keep(std::uint64_t snapshot, std::string_view type, Kept readable) {
  const std::lock_guard lock(mutex_);
  if (snapshot < snapshot_) return;  // of a request that began before
  if (snapshot != snapshot_) known_.clear();
  snapshot_ = snapshot;
  known_.emplace_back(type, std::move(readable));
}

}  // namespace server::access
