#include "src/rest/held/held_reader.h"

#include <algorithm>
#include <charconv>

#include "src/rest/held/sorted_search.h"

namespace server::rest {
namespace {

/// Of a page that begins with what is held: the number of those before it. The store's own cursors
/// are sealed and never look like it.
constexpr std::string_view k_cursor = "held.";

std::optional<std::size_t> position_of(std::string_view cursor) {
  if (!cursor.starts_with(k_cursor)) return std::nullopt;
  cursor.remove_prefix(k_cursor.size());
  std::size_t position = 0;
  const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), position);
  return error == std::errc{} && end == cursor.data() + cursor.size() ? std::optional(position)
                                                                      : std::nullopt;
}

bool may_be_held(const search::Query& query) {
  const auto is_one = [](const search::Query& one) {
    return one.resource_type == "CodeSystem" || one.resource_type == "ValueSet" ||
           one.resource_type == "ConceptMap";
  };
  return query.types.empty() ? is_one(query)
                             : std::any_of(query.types.begin(), query.types.end(), is_one);
}

void append(storage::Page& page, std::vector<storage::Version> held, std::size_t from,
            std::size_t room) {
  const std::size_t to = std::min(held.size(), from + room);
  for (std::size_t i = from; i < to; ++i) {
    page.entries.emplace_back();
    page.entries.back().version = std::move(held[i]);
  }
  if (to < held.size()) page.next_cursor = std::string(k_cursor) + std::to_string(to);
}

}  // namespace

fhir::Result<storage::Version> or_held(fhir::Result<storage::Version> stored,
                                       const HeldResources& held, std::string_view type,
                                       std::string_view id) {
  if (stored || stored.error().type != fhir::IssueType::not_found) return stored;
  if (auto found = held.find(type, id)) return *std::move(found);
  return stored;
}

fhir::Result<storage::Version> HeldReader::read(std::string_view type, std::string_view id) {
  return or_held(reader_->read(type, id), *held_, type, id);
}

fhir::Result<storage::Version> HeldReader::read_version(std::string_view type, std::string_view id,
                                                        std::int64_t version_id) {
  auto stored = reader_->read_version(type, id, version_id);
  if (stored || stored.error().type != fhir::IssueType::not_found) return stored;
  auto found = held_->find(type, id);
  return found && found->version_id == version_id
             ? fhir::Result<storage::Version>(*std::move(found))
             : std::move(stored);
}

/// Without those whose id is stored too: that one is what is read by it.
std::vector<storage::Version> HeldReader::beside(const search::Query& query) {
  std::vector<storage::Version> found = held_->matching(query);
  std::erase_if(found, [&](const storage::Version& version) {
    const auto stored = reader_->read(version.type, version.id);
    return stored || stored.error().type == fhir::IssueType::deleted;
  });
  return found;
}

fhir::Result<storage::Page> HeldReader::search(const search::Query& query) {
  if (!may_be_held(query)) return reader_->search(query);
  if (!query.sort.empty() && query.summary != search::Summary::count) {
    auto held = beside(query);
    if (!held.empty()) return sorted_search(*reader_, *held_, std::move(held), query);
  }
  const auto position = position_of(query.cursor);
  if (position) {
    storage::Page page;
    append(page, beside(query), *position, query.count);
    return page;
  }
  FHIR_TRY(page, reader_->search(query));
  const bool needs_held = page.next_cursor.empty() || page.total.has_value();
  std::vector<storage::Version> held;
  if (needs_held) held = beside(query);
  if (page.total) *page.total += held.size();
  if (!page.next_cursor.empty()) return std::move(page);
  const auto shown = static_cast<std::size_t>(
      std::count_if(page.entries.begin(), page.entries.end(),
                    [](const storage::Page::Entry& entry) { return entry.is_match; }));
  std::size_t room = query.count - std::min<std::size_t>(query.count, shown);
  if (query.results_max) {  // of all pages: what came before this one is not known here
    if (!query.cursor.empty() || shown >= *query.results_max) return std::move(page);
    held.resize(std::min<std::size_t>(held.size(), *query.results_max - shown));
    room = held.size();
  }
  // Matches before what they include.
  const auto includes = std::find_if(page.entries.begin(), page.entries.end(),
                                     [](const auto& entry) { return !entry.is_match; });
  std::vector<storage::Page::Entry> included(std::make_move_iterator(includes),
                                             std::make_move_iterator(page.entries.end()));
  page.entries.erase(includes, page.entries.end());
  append(page, std::move(held), 0, room);
  std::move(included.begin(), included.end(), std::back_inserter(page.entries));
  return std::move(page);
}

fhir::Result<std::uint64_t> HeldReader::count(const search::Query& query) {
  FHIR_TRY(stored, reader_->count(query));
  return stored + (may_be_held(query) ? beside(query).size() : 0);
}

/// What is held is found without.
fhir::Result<std::vector<std::string>> HeldReader::codes_in_use(std::string_view parameter) {
  auto* codes = dynamic_cast<storage::CodesInUse*>(reader_.get());
  if (codes != nullptr) return codes->codes_in_use(parameter);
  return fhir::unexpected(
      fhir::make_issue(fhir::IssueType::not_supported, "The codes in use cannot be told"));
}

fhir::Result<storage::HistoryPage> HeldReader::history(const storage::HistoryRequest& request) {
  auto stored = reader_->history(request);
  if (stored || request.id.empty() || stored.error().type != fhir::IssueType::not_found)
    return stored;
  auto found = held_->find(request.type, request.id);
  if (!found) return stored;
  storage::HistoryPage page;
  if (request.since && found->last_updated < *request.since) return page;
  page.total = 1;
  page.versions.push_back(*std::move(found));
  return page;
}

}  // namespace server::rest
