#include "src/consent/members.h"

#include <algorithm>
#include <utility>

#include "src/consent/elements.h"

namespace server::consent {

void Members::forget(const std::string& source) {
  const auto known = known_.find(source);
  if (known == known_.end()) return;
  for (const std::string& from : known->second.from) {
    const auto onward = onward_.find(from);
    if (onward == onward_.end()) continue;
    std::erase_if(onward->second, [&](const Onward& one) { return one.source == source; });
    if (onward->second.empty()) onward_.erase(onward);
  }
  unclear_.erase(source);
  known_.erase(known);
}

void Members::put(const std::string& source, Membership membership) {
  forget(source);
  Known known;
  known.is_unclear = membership.is_unclear;
  if (known.is_unclear) unclear_.insert(source);
  for (Link& link : membership.links) {
    onward_[link.from].push_back({source, std::move(link.to), link.period, link.is_doubtful});
    known.from.push_back(std::move(link.from));
  }
  std::sort(known.from.begin(), known.from.end());
  known.from.erase(std::unique(known.from.begin(), known.from.end()), known.from.end());
  known_.emplace(source, std::move(known));
}

Names Members::names_of(const std::vector<std::string>& names, std::int64_t now_ms) const {
  Names out;
  const bool is_in_role = !names.empty() && names.front().starts_with("PractitionerRole/");
  std::set<std::string> certain(names.begin(), names.end());
  std::set<std::string> possible;
  std::vector<std::string> doubtful(unclear_.begin(), unclear_.end());
  const auto follow = [&](std::vector<std::string> next, std::set<std::string>& found) {
    while (!next.empty()) {
      const std::string name = std::move(next.back());
      next.pop_back();
      const auto onward = onward_.find(name);
      if (onward == onward_.end()) continue;
      for (const Onward& one : onward->second) {
        const bool is_other_role = is_in_role && one.to.starts_with("PractitionerRole/");
        if (is_other_role || !is_within(one.period, now_ms, out.changes_at)) continue;
        if (&found == &certain && one.is_doubtful) {
          doubtful.push_back(one.to);
        } else if (!certain.contains(one.to) && found.insert(one.to).second) {
          next.push_back(one.to);
        }
      }
    }
  };
  follow({certain.begin(), certain.end()}, certain);
  std::erase_if(doubtful, [&](const std::string& name) { return certain.contains(name); });
  possible.insert(doubtful.begin(), doubtful.end());
  follow({possible.begin(), possible.end()}, possible);
  out.certain.assign(certain.begin(), certain.end());
  out.possible.assign(possible.begin(), possible.end());
  return out;
}

}  // namespace server::consent
