#include "src/access/guarded_reader.h"

#include <algorithm>
#include <map>
#include <utility>

#include "src/access/binary_reader.h"
#include "src/access/guarded_history.h"
#include "src/access/guarded_query.h"
#include "src/access/limit.h"
#include "src/access/shown.h"

namespace server::access {
namespace {

using policy::copy_of;
using security::right_read;
using security::right_search;

constexpr std::size_t k_ids_max = 500;  // in one query

fhir::Unexpected<fhir::Issue> may_not_read(std::string_view type, const Access& access) {
  return forbidden(not_allowed("read", type, right_read, access));
}

/// What `_revinclude` brings has been searched for.
Rights rights_to_include(const search::Query& query, std::string_view type) {
  for (const search::Include& include : query.includes) {
    if (include.reverse && (is_of_any_type(include) || include.source_type == type))
      return right_read | right_search;
  }
  return right_read;
}

search::Criterion of_ids(const fhir::DefinitionStore& definitions, std::string_view type,
                         std::vector<std::string> ids) {
  search::Criterion criterion;
  criterion.parameter = definitions.search_parameter(type, "_id");
  for (std::string& id : ids) {
    criterion.alternatives.emplace_back();
    criterion.alternatives.back().code = std::move(id);
  }
  return criterion;
}

}  // namespace

fhir::Result<storage::Version> GuardedReader::read_limited(std::string_view type,
                                                           std::string_view id,
                                                           search::Criterion limit) {
  search::Query query;
  query.resource_type = type;
  query.count = 1;
  query.criteria.push_back(of_ids(access_.definitions(), type, {std::string(id)}));
  query.criteria.push_back(std::move(limit));
  FHIR_TRY(page, reader_->search(query));
  if (page.entries.empty()) return not_found();
  return std::move(page.entries.front().version);
}

fhir::Result<storage::Version> GuardedReader::read_whole(std::string_view type,
                                                         std::string_view id) {
  Permission permission = access_.permission_by_scopes(type, right_read);
  if (permission.extent == Extent::none) return may_not_read(type, access_);
  if (permission.extent == Extent::all) return bounded(reader_->read(type, id), type, id);
  auto one = judged(reader_->read(type, id), permission.limit, access_);
  return bounded(one ? *std::move(one) : read_limited(type, id, std::move(permission.limit)), type,
                 id);
}

fhir::Result<storage::Version> GuardedReader::read(std::string_view type, std::string_view id) {
  if (type == "Binary" && reads_by_context(access_)) return read_binary(id);
  FHIR_TRY(version, read_whole(type, id));
  return shown(std::move(version), access_);
}

fhir::Result<storage::Version> GuardedReader::read_version(std::string_view type,
                                                           std::string_view id,
                                                           std::int64_t version_id) {
  Permission permission = access_.permission_by_scopes(type, right_read, policy::interaction_vread);
  if (permission.extent == Extent::none) return may_not_read(type, access_);
  const bool is_bound = access_.bound() != nullptr && access_.bound()->is_binding();
  if (permission.extent == Extent::all) {
    FHIR_TRY(found, [&]() -> fhir::Result<storage::Version> {
      auto found = reader_->read_version(type, id, version_id);
      if (!is_bound) return found;
      // What it is now counts, and what it was.
      auto current = read_whole(type, id);
      if (!current && current.error().type != fhir::IssueType::deleted) return current;
      if (!found || found->deleted) return found;
      FHIR_TRY(is_hidden, is_withheld(*found));
      return is_hidden ? fhir::Result<storage::Version>(not_found()) : std::move(found);
    }());
    return shown(std::move(found), access_);
  }
  // Of what may be seen as it is now, those versions that could be seen when they were current.
  FHIR_TRY(current, bounded(read_limited(type, id, copy_of(permission.limit)), type, id));
  if (current.version_id == version_id) return shown(std::move(current), access_);
  auto version = reader_->read_version(type, id, version_id);
  if (!version || !matches_itself(*version, permission.limit, access_)) return not_found();
  if (is_bound) {
    FHIR_TRY(is_hidden, is_withheld(*version));
    if (is_hidden) return not_found();
  }
  return shown(*std::move(version), access_);
}

fhir::Result<storage::Page> GuardedReader::search(const search::Query& query) {
  if (access_.reads_everything()) return reader_->search(query);
  FHIR_TRY(limited, guarded(query, access_));
  FHIR_TRY(page, reader_->search(limited));
  if (query.index_of) FHIR_CHECK(drop_lost_matches(page));
  FHIR_CHECK(drop_unseen_includes(query, page));
  FHIR_CHECK(drop_withheld_binaries(page));
  for (storage::Page::Entry& entry : page.entries) {
    FHIR_TRY(version, shown(std::move(entry.version), access_));
    entry.version = std::move(version);
  }
  return std::move(page);
}

fhir::Result<std::uint64_t> GuardedReader::count(const search::Query& query) {
  if (access_.reads_everything()) return reader_->count(query);
  FHIR_TRY(limited, guarded(query, access_));
  return reader_->count(limited);
}

/// Which of the resources match the limit.
fhir::Result<std::set<std::string>> GuardedReader::visible(std::string_view type,
                                                           const std::vector<std::string>& ids,
                                                           const search::Criterion& limit) {
  std::set<std::string> found;
  for (std::size_t from = 0; from < ids.size(); from += k_ids_max) {
    const std::size_t to = std::min(ids.size(), from + k_ids_max);
    search::Query query;
    query.resource_type = type;
    query.count = k_ids_max;
    query.criteria.push_back(of_ids(access_.definitions(), type,
                                    {ids.begin() + static_cast<std::ptrdiff_t>(from),
                                     ids.begin() + static_cast<std::ptrdiff_t>(to)}));
    query.criteria.push_back(copy_of(limit));
    FHIR_TRY(page, reader_->search(query));
    for (const storage::Page::Entry& entry : page.entries) found.insert(entry.version.id);
  }
  return found;
}

/// A further page gives what changed since the first one as it was then. The limit held then; it
/// has to hold for what the resource is now as well: what was moved to another patient is not
/// shown.
fhir::Result<void> GuardedReader::drop_lost_matches(storage::Page& page) {
  std::map<std::string, std::vector<std::string>> ids;
  for (const storage::Page::Entry& entry : page.entries) {
    if (entry.is_past) ids[entry.version.type].push_back(entry.version.id);
  }
  if (ids.empty()) return {};
  std::map<std::string, std::set<std::string>> seen;
  std::map<std::string, search::Criterion> limits;
  for (const auto& [type, all] : ids) {
    Permission permission = access_.permission(type, right_search);
    if (permission.extent != Extent::some) continue;
    FHIR_TRY(found, visible(type, all, permission.limit));
    seen.emplace(type, std::move(found));
    limits.emplace(type, std::move(permission.limit));
  }
  std::vector<storage::Page::Entry> kept;
  kept.reserve(page.entries.size());
  for (storage::Page::Entry& entry : page.entries) {
    const auto limit = limits.find(entry.version.type);
    if (entry.is_past && limit != limits.end() &&
        !seen[entry.version.type].contains(entry.version.id)) {
      FHIR_TRY(is_shown, was_seen_to_its_end(entry.version, limit->second));
      if (!is_shown) continue;
    }
    kept.push_back(std::move(entry));
  }
  page.entries = std::move(kept);
  return {};
}

/// Of what is not visible now: whether that is because it was deleted, and the last version before
/// that matched the limit.
fhir::Result<bool> GuardedReader::was_seen_to_its_end(const storage::Version& shown,
                                                      const search::Criterion& limit) {
  storage::HistoryRequest request;
  request.type = shown.type;
  request.id = shown.id;
  request.count = 2;
  FHIR_TRY(history, reader_->history(request));
  if (history.versions.size() < 2 || !history.versions[0].deleted || history.versions[1].deleted)
    return false;
  if (history.versions[1].version_id == shown.version_id) return true;
  const auto judgement = judged(std::move(history.versions[1]), limit, access_);
  return judgement && judgement->has_value();
}

/// Includes count for no total and no page: they can be judged once they are found.
fhir::Result<void> GuardedReader::drop_unseen_includes(const search::Query& query,
                                                       storage::Page& page) {
  std::map<std::string, std::vector<std::string>> ids;
  for (const storage::Page::Entry& entry : page.entries) {
    if (!entry.is_match) ids[entry.version.type].push_back(entry.version.id);
  }
  if (ids.empty()) return {};
  std::set<std::pair<std::string, std::string>> unseen;
  for (const auto& [type, all] : ids) {
    const Permission permission = access_.permission(type, rights_to_include(query, type));
    if (permission.extent == Extent::all) continue;
    std::set<std::string> seen;
    if (permission.extent == Extent::some) {
      FHIR_TRY(found, visible(type, all, permission.limit));
      seen = std::move(found);
    }
    for (const std::string& id : all) {
      if (seen.count(id) == 0) unseen.emplace(type, id);
    }
  }
  std::erase_if(page.entries, [&](const storage::Page::Entry& entry) {
    return !entry.is_match && unseen.count({entry.version.type, entry.version.id}) != 0;
  });
  return {};
}

fhir::Result<storage::HistoryPage> GuardedReader::history(const storage::HistoryRequest& request) {
  // "r … history of the instance · s … history of the type", which lists what there is.
  const Rights rights = request.id.empty() ? Rights{right_read | right_search} : Rights{right_read};
  const bool is_whole =
      request.type.empty()
          ? access_.reads_everything_by_scopes()
          : access_.permission_by_scopes(request.type, rights, policy::interaction_history)
                    .extent == Extent::all;
  const auto is_hidden = [this](const storage::Version& version) { return is_withheld(version); };
  FHIR_TRY(page, is_whole ? bounded_history(request)
                          : GuardedHistory(*reader_, access_, is_hidden).page(request));
  for (storage::Version& one : page.versions) {
    FHIR_TRY(version, shown(std::move(one), access_));
    one = std::move(version);
  }
  return std::move(page);
}

fhir::Result<storage::Labels> GuardedReader::labels(std::string_view type) {
  const bool is_allowed =
      type.empty() ? access_.reads_everything()
                   : access_.permission(type, right_read | right_search).extent == Extent::all;
  if (!is_allowed) return forbidden("The labels in use cannot be told for this token");
  return reader_->labels(type);
}

fhir::Result<std::vector<std::string>> GuardedReader::erasable(std::string_view, storage::Erasable,
                                                               std::uint32_t) {
  return forbidden("No token lets resources be erased");
}

fhir::Result<std::vector<std::string>> GuardedReader::codes_in_use(std::string_view parameter) {
  auto* codes = dynamic_cast<storage::CodesInUse*>(reader_.get());
  if (codes != nullptr) return codes->codes_in_use(parameter);
  return fhir::unexpected(
      fhir::make_issue(fhir::IssueType::not_supported, "The codes in use cannot be told"));
}

fhir::Result<std::optional<std::string>> GuardedReader::note(std::string_view) {
  return forbidden("No token lets the server's own notes be read");
}

}  // namespace server::access
