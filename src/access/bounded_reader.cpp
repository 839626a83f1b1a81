// What the bound of a token withholds of single resources, of old versions and of histories.
#include <algorithm>
#include <utility>

#include "src/access/guarded_query.h"
#include "src/access/guarded_reader.h"
#include "src/access/limit.h"
#include "src/access/told_of.h"

namespace server::access {
namespace {

constexpr std::uint32_t k_scanned_page = 500;
constexpr std::uint64_t k_scanned_max = 100'000;  // versions

bool is_bound(const Access& access) {
  return access.bound() != nullptr && access.bound()->is_binding();
}

}  // namespace

/// Of one version by itself, whether it is current or not.
fhir::Result<bool> GuardedReader::is_withheld(const storage::Version& version) {
  if (is_withheld_with_others(version.type) && access_.bound()->may_withhold(version.type)) {
    FHIR_TRY(is_hidden, leads_to_withheld(version));
    if (is_hidden) return true;
  }
  const auto limit = access_.bound()->limit_of(version.type, version.id, version.body);
  if (!limit) return false;
  const auto verdict = judged(storage::Version(version), *limit, access_);
  if (verdict) {
    if (*verdict) return false;
    const bool is_verdict = verdict->error().type == fhir::IssueType::not_found;
    return is_verdict ? fhir::Result<bool>(true) : fhir::unexpected(verdict->error());
  }
  // What only the index can tell, it tells of current versions; of others nothing is shown.
  const auto current = read_limited(version.type, version.id, search::Criterion(copy_of(*limit)));
  if (current) return current->version_id != version.version_id;
  if (current.error().type == fhir::IssueType::not_found) return true;
  return fhir::unexpected(current.error());
}

/// Of what it leads to as it is now. What never was, or was erased, is not withheld.
fhir::Result<bool> GuardedReader::leads_to_withheld(const storage::Version& version) {
  for (const Led& one : led_to(version.type, version.body, access_.definitions())) {
    auto found = reader_->read(one.type, one.id);
    if (!found && found.error().type == fhir::IssueType::not_found) continue;
    const auto seen = bounded(std::move(found), one.type, one.id);
    if (seen || seen.error().type == fhir::IssueType::deleted) continue;
    if (seen.error().type == fhir::IssueType::not_found) return true;
    return fhir::unexpected(seen.error());
  }
  return false;
}

/// Which Binaries may be seen no index tells: those that may not are taken away once they are
/// found. Only where that shows in nothing else: from includes, and from an export, whose pages may
/// have fewer matches than were asked for.
fhir::Result<void> GuardedReader::drop_withheld_binaries(storage::Page& page) {
  const bool has_any = std::any_of(page.entries.begin(), page.entries.end(), [](const auto& entry) {
    return entry.version.type == "Binary";
  });
  if (!has_any || !is_bound(access_)) return {};
  std::vector<storage::Page::Entry> kept;
  kept.reserve(page.entries.size());
  for (storage::Page::Entry& entry : page.entries) {
    const storage::Version& version = entry.version;
    if (version.type == "Binary") {
      FHIR_TRY(is_hidden, is_withheld(version));
      const auto now = bounded(reader_->read(version.type, version.id), version.type, version.id);
      if (is_hidden || (!now && now.error().type == fhir::IssueType::not_found)) continue;
    }
    kept.push_back(std::move(entry));
  }
  page.entries = std::move(kept);
  return {};
}

/// What was found, unless it is withheld. Of what was deleted the last version before counts.
fhir::Result<storage::Version> GuardedReader::bounded(fhir::Result<storage::Version> found,
                                                      std::string_view type, std::string_view id) {
  if (!is_bound(access_)) return found;
  if (found) {
    FHIR_TRY(is_hidden, is_withheld(*found));
    return is_hidden ? fhir::Result<storage::Version>(not_found()) : std::move(found);
  }
  // What is withheld is told in the same words.
  if (found.error().type == fhir::IssueType::not_found) return not_found();
  if (found.error().type != fhir::IssueType::deleted) return found;
  storage::HistoryRequest request;
  request.type = type;
  request.id = id;
  request.count = 2;
  FHIR_TRY(history, reader_->history(request));
  for (const storage::Version& version : history.versions) {
    if (version.deleted) continue;
    FHIR_TRY(is_hidden, is_withheld(version));
    if (is_hidden) return not_found();
  }
  return found;
}

/// A history in which what is withheld never was: "as the current version's judgement and the
/// version's own". Its pages are as full as they would be, and end where the last one shown is.
fhir::Result<storage::HistoryPage> GuardedReader::bounded_history(
    const storage::HistoryRequest& request) {
  if (!is_bound(access_)) return reader_->history(request);
  const auto is_shown = [&](const storage::Version& version) -> fhir::Result<bool> {
    const std::pair key(version.type, version.id);
    auto known = withheld_now_.find(key);
    if (known == withheld_now_.end()) {
      const auto now = bounded(reader_->read(version.type, version.id), version.type, version.id);
      const bool is_hidden = !now && now.error().type == fhir::IssueType::not_found;
      if (!now && !is_hidden && now.error().type != fhir::IssueType::deleted)
        return fhir::unexpected(now.error());
      known = withheld_now_.emplace(key, is_hidden).first;
    }
    if (known->second) return false;
    if (version.deleted) return true;
    FHIR_TRY(is_hidden, is_withheld(version));
    return !is_hidden;
  };
  if (!request.id.empty()) {
    const auto now = bounded(reader_->read(request.type, request.id), request.type, request.id);
    if (!now && now.error().type != fhir::IssueType::deleted) return fhir::unexpected(now.error());
  }
  storage::HistoryPage page;
  storage::HistoryRequest part = request;
  bool has_more = true;
  while (has_more && page.versions.size() < request.count) {
    part.count = request.count - static_cast<std::uint32_t>(page.versions.size());
    FHIR_TRY(found, reader_->history(part));
    for (storage::Version& version : found.versions) {
      FHIR_TRY(shown, is_shown(version));
      if (shown) page.versions.push_back(std::move(version));
    }
    part.cursor = found.next_cursor;
    has_more = !found.next_cursor.empty();
  }
  // The total, and whether anything follows, are told by what is shown alone.
  const std::string next = part.cursor;
  storage::HistoryRequest all = request;
  all.cursor.clear();
  all.count = k_scanned_page;
  page.total = 0;
  for (bool is_first = true; is_first || !all.cursor.empty(); is_first = false) {
    FHIR_TRY(found, reader_->history(all));
    if (found.total > k_scanned_max)
      return forbidden("With this token so long a history cannot be read: ask for less of it");
    for (const storage::Version& version : found.versions) {
      FHIR_TRY(shown, is_shown(version));
      page.total += shown ? 1 : 0;
    }
    all.cursor = found.next_cursor;
  }
  if (!has_more) return page;
  part.count = k_scanned_page;
  while (!part.cursor.empty() && page.next_cursor.empty()) {
    FHIR_TRY(found, reader_->history(part));
    for (const storage::Version& version : found.versions) {
      FHIR_TRY(shown, is_shown(version));
      if (shown) page.next_cursor = next;
    }
    part.cursor = found.next_cursor;
  }
  return page;
}

}  // namespace server::access
