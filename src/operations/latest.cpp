// https://hl7.org/fhir/R4/observation-operation-lastn.html
#include "src/operations/latest.h"

#include <algorithm>
#include <iterator>

namespace server::operations {
namespace {

bool is_newer(const LatestByCode::Kept& a, const LatestByCode::Kept& b) {
  if (a.time_ms != b.time_ms) return a.time_ms > b.time_ms;  // nothing is less than any time
  return a.number < b.number;
}

}  // namespace

std::size_t LatestByCode::root(std::size_t group) {
  // Each step shortens the way for the next: chains of groups that were joined stay short.
  while (parents_[group] != group) group = parents_[group] = parents_[parents_[group]];
  return group;
}

void LatestByCode::trim(std::vector<Kept>& group) const {
  std::size_t size = std::min(max_, group.size());
  while (size < group.size() && size > 0 && group[size].time_ms &&
         group[size].time_ms == group[size - 1].time_ms)
    ++size;
  group.resize(size);
}

void LatestByCode::add(std::size_t number, const std::vector<std::string>& codes,
                       std::optional<std::int64_t> time_ms) {
  std::size_t group = groups_.size();
  const std::vector<std::string> unnamed = {""};
  for (const std::string& code : codes.empty() ? unnamed : codes) {
    const auto found = group_of_.find(code);
    if (found == group_of_.end()) continue;
    const std::size_t other = root(found->second);
    if (group == groups_.size() || group == other) {
      group = other;
      continue;
    }
    // This observation says that two groups are one.
    parents_[other] = group;
    std::vector<Kept> both;
    std::merge(groups_[group].begin(), groups_[group].end(), groups_[other].begin(),
               groups_[other].end(), std::back_inserter(both), is_newer);
    groups_[group] = std::move(both);
    groups_[other].clear();
  }
  if (group == groups_.size()) {
    parents_.push_back(group);
    groups_.emplace_back();
  }
  for (const std::string& code : codes.empty() ? unnamed : codes)
    group_of_.insert_or_assign(code, group);
  std::vector<Kept>& kept = groups_[group];
  const Kept added{number, time_ms};
  kept.insert(std::upper_bound(kept.begin(), kept.end(), added, is_newer), added);
  trim(kept);
}

std::vector<std::vector<LatestByCode::Kept>> LatestByCode::groups() const {
  std::vector<std::vector<Kept>> all;
  for (const std::vector<Kept>& group : groups_) {
    if (!group.empty()) all.push_back(group);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return is_newer(a.front(), b.front()); });
  return all;
}

}  // namespace server::operations
