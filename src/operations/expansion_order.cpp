#include "src/operations/expansion_order.h"

#include "terminology/code_index.h"
#include "terminology/code_system.h"

namespace server::operations {

ExpansionOrder::ExpansionOrder(std::size_t count, std::span<const std::uint32_t> parents)
    : count_(count) {
  if (parents.empty()) return;
  // Lists by counting: list 0 is of those below no code, list i + 1 of those below code i.
  const auto list_of = [&](std::size_t i) {
    return parents[i] == terminology::k_no_position ? 0 : std::size_t{parents[i]} + 1;
  };
  offsets_.resize(count + 2);
  for (std::size_t i = 0; i < count; ++i) ++offsets_[list_of(i) + 1];
  for (std::size_t i = 1; i < offsets_.size(); ++i) offsets_[i] += offsets_[i - 1];
  children_.resize(count);
  std::vector<std::uint32_t> filled(offsets_.begin(), offsets_.end() - 1);
  for (std::size_t i = 0; i < count; ++i)
    children_[filled[list_of(i)]++] = static_cast<std::uint32_t>(i);
  open_.push_back({0, offsets_[1]});
}

bool ExpansionOrder::next(Place& place) {
  if (given_ == count_) return false;
  if (offsets_.empty()) {
    place = {static_cast<std::uint32_t>(given_++), 0};
    return true;
  }
  while (!open_.empty() && open_.back().next == open_.back().end) open_.pop_back();
  if (open_.empty()) return false;
  const std::uint32_t position = children_[open_.back().next++];
  place = {position, static_cast<std::uint32_t>(open_.size() - 1)};
  open_.push_back({offsets_[position + 1], offsets_[position + 2]});
  ++given_;
  return true;
}

}  // namespace server::operations
