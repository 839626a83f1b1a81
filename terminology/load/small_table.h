// The few different values of a column, numbered as they come.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace terminology::load {

template <class T>
class SmallTable {
 public:
  /// The number of a value, from now on. What came last is found first.
  std::size_t add(const T& value) {
    if (last_ < items_.size() && items_[last_] == value) return last_;
    const auto found = std::find(items_.begin(), items_.end(), value);
    last_ = static_cast<std::size_t>(found - items_.begin());
    if (found == items_.end()) items_.push_back(value);
    return last_;
  }
  const std::vector<T>& items() const { return items_; }

 private:
  std::vector<T> items_;
  std::size_t last_ = 0;
};

}  // namespace terminology::load
