// How many value sets are being read for one another: an end to chains that would fill the stack.
#pragma once

#include <cstddef>

namespace terminology {

inline constexpr std::size_t k_import_depth_max =
    50;  // value sets that import one another in a row

/// For one thread at a time. What is read below the outermost set while a chain is too long is not
/// to be kept: asked for by itself it may be fine.
class ImportDepth {
 public:
  /// Before a value set is read; false: it must not be, and leave() is not called.
  bool enter() {
    is_too_deep_ = is_too_deep_ || depth_ == k_import_depth_max;
    if (!is_too_deep_) ++depth_;
    return !is_too_deep_;
  }
  /// After it; returns whether what was read is to be kept.
  bool leave() {
    if (--depth_ > 0) return !is_too_deep_;
    is_too_deep_ = false;
    return true;
  }
  bool is_too_deep() const { return is_too_deep_; }

 private:
  std::size_t depth_ = 0;
  bool is_too_deep_ = false;
};

}  // namespace terminology
