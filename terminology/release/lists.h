// A list of values for each concept: the two sections of offsets and values.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace terminology::release {

template <class T>
class Lists {
 public:
  Lists() = default;
  Lists(std::span<const std::uint32_t> offsets, std::span<const T> values)
      : offsets_(offsets), values_(values) {}

  /// Whether there is a list for each of `count` concepts.
  bool fit(std::size_t count) const {
    return offsets_.size() == count + 1 && offsets_.front() == 0 &&
           offsets_.back() == values_.size() && std::is_sorted(offsets_.begin(), offsets_.end());
  }

  std::span<const T> operator[](std::uint32_t id) const {
    return values_.subspan(offsets_[id], offsets_[id + 1] - offsets_[id]);
  }
  std::uint32_t first(std::uint32_t id) const { return offsets_[id]; }
  std::uint32_t count(std::uint32_t id) const { return offsets_[id + 1] - offsets_[id]; }
  std::span<const T> values() const { return values_; }

 private:
  std::span<const std::uint32_t> offsets_;
  std::span<const T> values_;
};

}  // namespace terminology::release
