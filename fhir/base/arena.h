// Memory that is given back all at once. Not for several threads at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace fhir {

/// Bump allocator: objects placed in it are never destroyed one by one, so they must not need it.
class Arena {
 public:
  explicit Arena(std::size_t block_bytes = 16 * 1024) : block_bytes_(block_bytes) {}
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;

  /// `bytes` of storage aligned to 8, valid until the arena ends.
  void* allocate(std::size_t bytes) {
    bytes = (bytes + 7) & ~std::size_t{7};
    if (bytes > static_cast<std::size_t>(end_ - next_)) grow(bytes);
    char* result = next_;
    next_ += bytes;
    return result;
  }

  template <class T>
  T* allocate_array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 8);
    return static_cast<T*>(allocate(count * sizeof(T)));
  }

  template <class T, class... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 8);
    return new (allocate(sizeof(T))) T{std::forward<Args>(args)...};
  }

  template <class T>
  std::span<const T> copy(const std::vector<T>& items) {
    T* out = allocate_array<T>(items.size());
    std::uninitialized_copy(items.begin(), items.end(), out);
    return {out, items.size()};
  }

  std::string_view copy(std::string_view text) {
    char* out = static_cast<char*>(allocate(text.size()));
    if (!text.empty()) std::memcpy(out, text.data(), text.size());
    return {out, text.size()};
  }

  std::size_t reserved_bytes() const { return reserved_bytes_; }

 private:
  void grow(std::size_t bytes) {
    std::size_t size = bytes > block_bytes_ ? bytes : block_bytes_;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    next_ = blocks_.back().get();
    end_ = next_ + size;
    reserved_bytes_ += size;
    if (block_bytes_ < 1024 * 1024) block_bytes_ *= 2;
  }

  std::size_t block_bytes_;
  std::size_t reserved_bytes_ = 0;
  char* next_ = nullptr;
  char* end_ = nullptr;
  std::vector<std::unique_ptr<char[]>> blocks_;
};

}  // namespace fhir
