#include "fhir/patch/list_matching.h"

#include <algorithm>

#include "fhir/patch/json_equality.h"

namespace fhir::patch {
namespace {

constexpr std::size_t k_none = static_cast<std::size_t>(-1);

std::string_view id_of(const Node& node) {
  return node.value.is_object() ? node.value.string_at("id") : node.sibling.string_at("id");
}

bool are_identical(const Node& a, const Node& b) {
  return is_identical(a.value, b.value) && is_identical(a.sibling, b.sibling);
}

/// Pairs each item of `to` that is still alone with the first of `from` that is, and fits.
template <class Fits>
void pair_up(const std::vector<Node>& from, const std::vector<Node>& to, Fits&& fits,
             std::vector<std::size_t>& partner_of_old, std::vector<std::size_t>& partner_of_new) {
  for (std::size_t j = 0; j < to.size(); ++j) {
    for (std::size_t i = 0; i < from.size() && partner_of_new[j] == k_none; ++i) {
      if (partner_of_old[i] != k_none || !fits(from[i], to[j])) continue;
      partner_of_old[i] = j;
      partner_of_new[j] = i;
    }
  }
}

}  // namespace

std::vector<ListStep> steps_between(const std::vector<Node>& from, const std::vector<Node>& to) {
  std::vector<std::size_t> partner_of_old(from.size(), k_none);
  std::vector<std::size_t> partner_of_new(to.size(), k_none);
  pair_up(from, to, are_identical, partner_of_old, partner_of_new);
  pair_up(
      from, to,
      [](const Node& a, const Node& b) { return !id_of(a).empty() && id_of(a) == id_of(b); },
      partner_of_old, partner_of_new);
  pair_up(
      from, to, [](const Node&, const Node&) { return true; }, partner_of_old, partner_of_new);

  std::vector<ListStep> steps;
  std::vector<std::size_t> current;  // old indices, in the order they have come to
  for (std::size_t i = 0; i < from.size(); ++i) current.push_back(i);
  for (std::size_t i = from.size(); i-- > 0;) {
    if (partner_of_old[i] != k_none) continue;
    steps.push_back({ListStep::Kind::remove, i, 0});
    current.erase(current.begin() + static_cast<std::ptrdiff_t>(i));
  }
  for (std::size_t j = 0; j < to.size(); ++j) {
    const std::size_t old = partner_of_new[j];
    const auto place = current.begin() + static_cast<std::ptrdiff_t>(j);
    if (old == k_none) {
      steps.push_back({ListStep::Kind::insert, 0, j});
      current.insert(place, k_none);
      continue;
    }
    const auto found = std::find(place, current.end(), old);
    if (found != place) {
      steps.push_back({ListStep::Kind::move, static_cast<std::size_t>(found - current.begin()), j});
      current.erase(found);
      current.insert(current.begin() + static_cast<std::ptrdiff_t>(j), old);
    }
    steps.push_back({ListStep::Kind::keep, old, j});
  }
  return steps;
}

}  // namespace fhir::patch
