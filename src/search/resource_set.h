// Many resources of one type that a criterion asks for at once, or for all but those: the patients
// whose consents say no. Made once and shared by the criteria of many requests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace server::search {

/// Whether the resources of the set are meant, or those of its type that are not in it.
enum class Side : std::uint8_t { inside, outside };

/// Immutable; thread-safe. A criterion on `_id` with one finds those resources themselves; on a
/// reference, what refers to any of them.
class ResourceSet {
 public:
  /// ids   in any order, each once or more often
  ResourceSet(std::string type, std::vector<std::string> ids, Side side = Side::inside)
      : type_(std::move(type)), ids_(std::move(ids)), side_(side) {
    std::sort(ids_.begin(), ids_.end());
    ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
  }

  ResourceSet(const ResourceSet&) = delete;
  ResourceSet& operator=(const ResourceSet&) = delete;

  const std::string& type() const { return type_; }
  const std::vector<std::string>& ids() const { return ids_; }  // in order
  Side side() const { return side_; }

  /// Whether a resource is one of those meant.
  bool means(std::string_view type, std::string_view id) const {
    if (type != type_) return false;
    return std::binary_search(ids_.begin(), ids_.end(), id) == (side_ == Side::inside);
  }

  /// What the store that is searched names them by, once it has looked; null: not yet. A set is
  /// used with one store.
  std::shared_ptr<const std::string> names() const { return std::atomic_load(&names_); }
  void keep_names(std::shared_ptr<const std::string> names) const {
    std::atomic_store(&names_, std::move(names));
  }

 private:
  std::string type_;
  std::vector<std::string> ids_;
  Side side_;
  mutable std::shared_ptr<const std::string> names_;  // through std::atomic_load, std::atomic_store
};

}  // namespace server::search
