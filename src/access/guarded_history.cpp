#include "src/access/guarded_history.h"

#include <algorithm>
#include <set>
#include <utility>

#include "src/access/guarded_query.h"
#include "src/access/limit.h"
#include "src/access/told_of.h"

namespace server::access {
namespace {

using policy::copy_of;
using security::right_read;
using security::right_search;

constexpr std::size_t k_resources_max = 5'000;  // of a history of several
constexpr std::size_t k_versions_max = 10'000;  // that one page looks at
constexpr std::uint32_t k_page = 500;

fhir::Unexpected<fhir::Issue> too_costly() {
  return fhir::unexpected(fhir::make_issue(
      fhir::IssueType::too_costly,
      "This history is of too many resources to be held to what may be seen: ask for the history "
      "of one of them"));
}

/// "r … history of the instance · s … history of the type", which lists what there is.
Rights rights_for(bool is_of_one) {
  return is_of_one ? Rights{right_read} : Rights{right_read | right_search};
}

Permission permission_for(const Access& access, std::string_view type, bool is_of_one) {
  return access.permission_by_scopes(type, rights_for(is_of_one), policy::interaction_history);
}

}  // namespace

fhir::Result<storage::HistoryPage> GuardedHistory::page(const storage::HistoryRequest& request) {
  if (request.type.empty()) return page_of_many(request);
  Permission permission = permission_for(access_, request.type, !request.id.empty());
  if (permission.extent == Extent::none)
    return forbidden(
        not_allowed("read the history of", request.type, rights_for(!request.id.empty()), access_));
  if (request.id.empty()) return page_of_many(request);
  return page_of_one(request, std::move(permission));
}

fhir::Result<storage::HistoryPage> GuardedHistory::page_of_one(
    const storage::HistoryRequest& request, Permission permission) {
  limits_.emplace(request.type, std::move(permission));
  std::vector<storage::HistoryItem> items;
  const std::vector<storage::HistoryItem> one = {{request.type, request.id, std::nullopt}};
  FHIR_CHECK(add_visible(request.type, &one, items));
  if (items.empty()) return not_found();
  FHIR_TRY(page, walk(request));
  FHIR_CHECK(count(request, page));
  return std::move(page);
}

fhir::Result<storage::HistoryPage> GuardedHistory::page_of_many(
    const storage::HistoryRequest& request) {
  std::vector<std::string> types = {request.type};
  if (request.type.empty()) {
    const auto all = access_.definitions().resource_types();
    types.assign(all.begin(), all.end());
  }
  bool is_any = false;
  std::vector<storage::HistoryItem> items;
  for (const std::string& type : types) {
    Permission permission = permission_for(access_, type, false);
    if (permission.extent == Extent::none) continue;
    is_any = true;
    limits_.emplace(type, std::move(permission));
    FHIR_CHECK(add_visible(type, request.within ? &*request.within : nullptr, items));
  }
  if (!is_any && !request.type.empty())
    return forbidden(not_allowed("read the history of", request.type, rights_for(false), access_));
  if (!is_any)
    return forbidden("The token's scopes, or its user's role, allow to read no history of all");
  storage::HistoryRequest limited = request;
  limited.within = std::move(items);
  FHIR_TRY(page, walk(std::move(limited)));
  page.total = 0;
  page.has_total = false;
  return std::move(page);
}

/// Those current resources of a type that may be seen.
///
/// within   null: all of them
fhir::Result<void> GuardedHistory::add_visible(const std::string& type,
                                               const std::vector<storage::HistoryItem>* within,
                                               std::vector<storage::HistoryItem>& items) {
  const Permission& permission = limits_.at(type);
  search::Query query;
  query.resource_type = type;
  query.count = k_page;
  if (permission.extent == Extent::some) query.criteria.push_back(copy_of(permission.limit));
  if (access_.bound() != nullptr) {
    if (auto limit = access_.bound()->limit(type)) query.criteria.push_back(*std::move(limit));
  }
  if (within != nullptr) {
    search::Criterion ids;
    ids.parameter = access_.definitions().search_parameter(type, "_id");
    for (const storage::HistoryItem& item : *within) {
      if (item.type != type) continue;
      ids.alternatives.emplace_back();
      ids.alternatives.back().code = item.id;
    }
    if (ids.alternatives.empty()) return {};
    if (ids.alternatives.size() > k_resources_max) return too_costly();
    query.criteria.push_back(std::move(ids));
  }
  std::set<std::string> seen;
  do {
    FHIR_TRY(page, reader_.search(query));
    for (const storage::Page::Entry& entry : page.entries) {
      if (!is_withheld_with_others(entry.version)) seen.insert(entry.version.id);
    }
    if (items.size() + seen.size() > k_resources_max) return too_costly();
    query.cursor = std::move(page.next_cursor);
  } while (!query.cursor.empty());
  if (within == nullptr) {
    for (const std::string& id : seen) items.push_back({type, id, std::nullopt});
    return {};
  }
  for (const storage::HistoryItem& item : *within) {
    if (item.type == type && seen.contains(item.id)) items.push_back(item);
  }
  return {};
}

/// What cannot be told is as if it was withheld.
bool GuardedHistory::is_withheld_with_others(const storage::Version& version) const {
  if (access_.bound() == nullptr || !access::is_withheld_with_others(version.type)) return false;
  if (!access_.bound()->is_binding() || !access_.bound()->may_withhold(version.type)) return false;
  return !is_withheld_ || is_withheld_(version).value_or(true);
}

bool GuardedHistory::is_shown(const storage::Version& version) const {
  const auto found = limits_.find(version.type);
  if (version.deleted || found == limits_.end()) return false;
  if (found->second.extent == Extent::some &&
      !matches_itself(version, found->second.limit, access_))
    return false;
  if (access_.bound() == nullptr) return true;
  if (is_withheld_with_others(version)) return false;
  const auto withheld = access_.bound()->limit_of(version.type, version.id, version.body);
  return !withheld || matches_itself(version, *withheld, access_);
}

fhir::Result<storage::HistoryPage> GuardedHistory::next(const storage::HistoryRequest& request) {
  FHIR_TRY(page, reader_.history(request));
  looked_at_ += page.versions.size();
  if (looked_at_ > k_versions_max) return too_costly();
  return std::move(page);
}

fhir::Result<storage::HistoryPage> GuardedHistory::walk(storage::HistoryRequest request) {
  storage::HistoryPage out;
  const std::uint32_t wanted = request.count;
  while (out.versions.size() < wanted) {
    // No more than are missing: the cursor stands behind the last that is shown.
    request.count = wanted - static_cast<std::uint32_t>(out.versions.size());
    FHIR_TRY(page, next(request));
    for (storage::Version& version : page.versions) {
      if (is_shown(version)) out.versions.push_back(std::move(version));
    }
    request.cursor = std::move(page.next_cursor);
    if (request.cursor.empty()) return out;
  }
  if (wanted != 0) FHIR_CHECK(look_ahead(std::move(request), out));
  return out;
}

/// A further page that would be empty would tell that something is there.
fhir::Result<void> GuardedHistory::look_ahead(storage::HistoryRequest request,
                                              storage::HistoryPage& out) {
  const std::string cursor = request.cursor;
  request.count = k_page;
  do {
    FHIR_TRY(page, next(request));
    if (std::any_of(page.versions.begin(), page.versions.end(),
                    [&](const storage::Version& version) { return is_shown(version); })) {
      out.next_cursor = cursor;
      return {};
    }
    request.cursor = std::move(page.next_cursor);
  } while (!request.cursor.empty());
  return {};
}

/// Of one resource: all its versions are looked at.
fhir::Result<void> GuardedHistory::count(storage::HistoryRequest request,
                                         storage::HistoryPage& out) {
  request.cursor.clear();
  request.count = k_page;
  out.total = 0;
  do {
    FHIR_TRY(page, next(request));
    out.total += static_cast<std::uint64_t>(
        std::count_if(page.versions.begin(), page.versions.end(),
                      [&](const storage::Version& version) { return is_shown(version); }));
    request.cursor = std::move(page.next_cursor);
  } while (!request.cursor.empty());
  return {};
}

}  // namespace server::access
