// What a code system says of one concept, item by item: each is made when it is looked at, so that
// a release in a mapped file keeps none of them ready.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace terminology {

class CodeSystem;

/// A range over the items 0 … size() - 1, given by value. Lives as long as its code system.
template <class T>
class ItemsOfConcept {
 public:
  using Get = T (CodeSystem::*)(std::uint32_t id, std::uint32_t index) const;

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = T;

    Iterator(const ItemsOfConcept& items, std::uint32_t index) : items_(items), index_(index) {}
    T operator*() const { return items_[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++index_;
      return before;
    }
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    ItemsOfConcept items_;
    std::uint32_t index_;
  };

  ItemsOfConcept(const CodeSystem& system, std::uint32_t id, std::uint32_t size, Get get)
      : system_(&system), id_(id), size_(size), get_(get) {}

  std::uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T operator[](std::uint32_t index) const { return (system_->*get_)(id_, index); }
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size_}; }

 private:
  const CodeSystem* system_;
  std::uint32_t id_;
  std::uint32_t size_;
  Get get_;
};

}  // namespace terminology
