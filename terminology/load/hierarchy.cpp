// A concept's ancestors are its parents and theirs: made from the top down, parents first.
#include "terminology/load/hierarchy.h"

#include <algorithm>

#include "terminology/release/lists.h"

namespace terminology::load {
namespace {

using release::Lists;
using release::Section;

/// Parents before children; shorter than `count` when some concepts stand above themselves.
std::vector<ConceptId> from_the_top(ConceptId count, const Lists<ConceptId>& parents,
                                    const Lists<ConceptId>& children) {
  std::vector<std::uint32_t> missing(count);
  std::vector<ConceptId> order;
  order.reserve(count);
  for (ConceptId id = 0; id < count; ++id) {
    missing[id] = parents.count(id);
    if (missing[id] == 0) order.push_back(id);
  }
  for (std::size_t at = 0; at < order.size(); ++at) {
    for (ConceptId child : children[order[at]]) {
      if (--missing[child] == 0) order.push_back(child);
    }
  }
  return order;
}

/// A concept that is not in the order, and stands above itself: upwards from any that is missing.
ConceptId in_a_circle(ConceptId count, const std::vector<ConceptId>& order,
                      const Lists<ConceptId>& parents) {
  std::vector<bool> known(count);
  for (ConceptId id : order) known[id] = true;
  ConceptId at = 0;
  while (at < count && known[at]) ++at;
  for (ConceptId steps = 0; steps < count; ++steps) {
    for (ConceptId parent : parents[at]) {
      if (known[parent]) continue;
      at = parent;
      break;
    }
  }
  return at;
}

}  // namespace

ListsBuilt ListsBuilt::make(ConceptId count, const std::vector<Edge>& edges) {
  ListsBuilt lists;
  lists.offsets.assign(std::size_t{count} + 1, 0);
  for (const Edge& edge : edges) ++lists.offsets[edge.from + 1];
  for (std::size_t i = 1; i < lists.offsets.size(); ++i) lists.offsets[i] += lists.offsets[i - 1];
  lists.values.resize(edges.size());
  std::vector<std::uint32_t> next(lists.offsets.begin(), lists.offsets.end() - 1);
  for (const Edge& edge : edges) lists.values[next[edge.from]++] = edge.to;
  return lists;
}

fhir::Result<void> write_hierarchy(FileWriter& out, ConceptId count, std::vector<Edge> parents,
                                   const std::function<std::string(ConceptId)>& name) {
  const auto is_less = [](const Edge& a, const Edge& b) {
    return a.from != b.from ? a.from < b.from : a.to < b.to;
  };
  std::stable_sort(parents.begin(), parents.end(), is_less);
  parents.erase(
      std::unique(parents.begin(), parents.end(),
                  [](const Edge& a, const Edge& b) { return a.from == b.from && a.to == b.to; }),
      parents.end());
  const ListsBuilt up = ListsBuilt::make(count, parents);
  for (Edge& edge : parents) std::swap(edge.from, edge.to);
  const ListsBuilt down = ListsBuilt::make(count, parents);
  parents = {};
  const Lists<ConceptId> above(up.offsets, up.values);
  const Lists<ConceptId> below(down.offsets, down.values);
  const std::vector<ConceptId> order = from_the_top(count, above, below);
  if (order.size() != count)
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::business_rule,
                         name(in_a_circle(count, order, above)) + " stands above itself"));

  std::vector<std::vector<ConceptId>> all(count);
  std::size_t sum = 0;
  for (ConceptId id : order) {
    std::vector<ConceptId>& mine = all[id];
    for (ConceptId parent : above[id]) {
      mine.insert(mine.end(), all[parent].begin(), all[parent].end());
      mine.push_back(parent);
    }
    std::sort(mine.begin(), mine.end());
    mine.erase(std::unique(mine.begin(), mine.end()), mine.end());
    mine.shrink_to_fit();
    sum += mine.size();
    if (sum > k_ancestors_max)
      return fhir::unexpected(fhir::make_issue(fhir::IssueType::too_costly,
                                               "The hierarchy is too deep: more than " +
                                                   std::to_string(k_ancestors_max) +
                                                   " pairs of a concept and one above it"));
  }
  ListsBuilt ancestors;
  ancestors.offsets.reserve(std::size_t{count} + 1);
  ancestors.offsets.push_back(0);
  ancestors.values.reserve(sum);
  for (const std::vector<ConceptId>& mine : all) {
    ancestors.values.insert(ancestors.values.end(), mine.begin(), mine.end());
    ancestors.offsets.push_back(static_cast<std::uint32_t>(ancestors.values.size()));
  }
  out.add(Section::parent_offsets, up.offsets);
  out.add(Section::parents, up.values);
  out.add(Section::child_offsets, down.offsets);
  out.add(Section::children, down.values);
  out.add(Section::ancestor_offsets, ancestors.offsets);
  out.add(Section::ancestors, ancestors.values);
  return {};
}

}  // namespace terminology::load
