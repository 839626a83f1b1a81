// Which objects within a resource are resources, and of which type.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "src/policy/json_bytes.h"

namespace server::policy {

/// Over one text, from its beginning to its end: each character is looked at once at most.
class InnerResources {
 public:
  explicit InnerResources(std::string_view text) : text_(text) {}

  /// Looks through the value that begins there, unless it lies in one that was looked through.
  void look_through(std::size_t at);

  /// The resourceType of the object that begins there, wherever in it that stands; empty when it
  /// has none. Asked of places in their order, within what was looked through.
  std::string_view type_at(std::size_t at);

  /// Characters looked at so far.
  std::size_t looked_at() const { return looked_at_; }

 private:
  std::string_view text_;
  std::vector<std::pair<std::size_t, std::string_view>> found_;  // by their places
  std::size_t next_ = 0;
  std::size_t end_ = 0;  // of what was looked through
  std::size_t looked_at_ = 0;
};

}  // namespace server::policy
