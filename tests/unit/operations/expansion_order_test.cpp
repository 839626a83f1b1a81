// The order in which a nested expansion is written.
#include "src/operations/expansion_order.h"

#include <doctest/doctest.h>

#include <string>

#include "terminology/code_index.h"

namespace {

constexpr std::uint32_t k_top = terminology::k_no_position;

std::string order_of(std::size_t count, const std::vector<std::uint32_t>& parents) {
  server::operations::ExpansionOrder order(count, parents);
  server::operations::ExpansionOrder::Place place;
  std::string text;
  while (order.next(place))
    text += std::to_string(place.position) + "@" + std::to_string(place.depth) + " ";
  return text;
}

}  // namespace

TEST_CASE("a flat expansion keeps its order") {
  CHECK(order_of(3, {}) == "0@0 1@0 2@0 ");
  CHECK(order_of(0, {}).empty());
}

TEST_CASE("each code stands before those below it, which follow at once") {
  CHECK(order_of(7, {k_top, 0, k_top, 1, 0, 2, 3}) == "0@0 1@1 3@2 6@3 4@1 2@0 5@1 ");
}
