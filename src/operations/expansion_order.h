// The order in which a nested expansion is written: each code before those below it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace server::operations {

/// Twelve bytes for each code of a nested expansion, none for a flat one.
class ExpansionOrder {
 public:
  struct Place {
    std::uint32_t position = 0;
    std::uint32_t depth = 0;  // 0: not below another
  };

  /// parents   positions, in no circle, else terminology::k_no_position; empty: flat
  ExpansionOrder(std::size_t count, std::span<const std::uint32_t> parents);

  /// The next code; false when all were given.
  bool next(Place& place);

 private:
  struct Siblings {
    std::uint32_t next, end;  // in children_
  };

  std::size_t count_;
  std::size_t given_ = 0;
  std::vector<std::uint32_t> offsets_;   // of a code's children, one for each code; empty: flat
  std::vector<std::uint32_t> children_;  // in their order; those of no code first
  std::vector<Siblings> open_;           // outermost first
};

}  // namespace server::operations
