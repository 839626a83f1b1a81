#include "src/rest/held/sorted_search.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "src/access/guarded_query.h"
#include "src/search/sort_values.h"

namespace server::rest {
namespace {

using search::SortValue;
using storage::Page;

/// sorted.<held before>.<matches before>.<mark><the store's own cursor>
constexpr std::string_view k_cursor = "sorted.";
constexpr char k_goes_on = '-', k_at_end = '!';

struct Place {
  std::size_t held = 0;     // before this page
  std::size_t matches = 0;  // of both, before this page
  bool is_at_end = false;   // nothing more is stored
  std::string stored;       // the store's own cursor; empty: its beginning
};

std::optional<std::size_t> take_number(std::string_view& text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end == text.data() + text.size() || *end != '.') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end + 1 - text.data()));
  return number;
}

std::optional<Place> place_of(std::string_view cursor) {
  Place place;
  if (cursor.empty()) return place;
  if (!cursor.starts_with(k_cursor)) return std::nullopt;
  cursor.remove_prefix(k_cursor.size());
  const auto held = take_number(cursor), matches = take_number(cursor);
  if (!held || !matches || cursor.empty()) return std::nullopt;
  place.held = *held;
  place.matches = *matches;
  place.is_at_end = cursor.front() == k_at_end;
  place.stored = cursor.substr(1);
  return place;
}

std::string cursor_of(const Place& place) {
  return std::string(k_cursor) + std::to_string(place.held) + "." + std::to_string(place.matches) +
         "." + (place.is_at_end ? k_at_end : k_goes_on) + place.stored;
}

/// All of a query but where its page begins, and how far all pages go.
search::Query copy_of(const search::Query& query) {
  search::Query copy;
  copy.resource_type = query.resource_type;
  for (const search::Criterion& criterion : query.criteria)
    copy.criteria.push_back(access::copy_of(criterion));
  copy.sort = query.sort;
  copy.includes = query.includes;
  copy.total = query.total;
  copy.summary = query.summary;
  copy.elements = query.elements;
  for (const search::Query& one : query.types) copy.types.push_back(copy_of(one));
  copy.contained = query.contained;
  copy.contained_type = query.contained_type;
  copy.is_full_text = query.is_full_text;
  copy.explain = query.explain;
  copy.index_of = query.index_of;
  return copy;
}

class Merge {
 public:
  Merge(storage::Reader& stored, const HeldResources& resources, const search::Query& query)
      : stored_(stored), resources_(resources), query_(query) {}

  fhir::Result<Page> page(std::vector<storage::Version> held, Place place) {
    sort(held);
    std::size_t room = query_.count;
    if (query_.results_max)
      room = std::min<std::size_t>(
          room, *query_.results_max - std::min<std::size_t>(*query_.results_max, place.matches));
    Page page;
    if (!place.is_at_end) {
      FHIR_TRY(found, search(place.stored, std::max<std::size_t>(room, 1)));
      page = std::move(found);
    } else if (query_.total != search::Total::none) {
      FHIR_TRY(count, stored_.count(query_));
      page.total = count;
    }
    if (page.total) *page.total += held.size();
    const auto total = page.total;
    choose(page, place.held, room);
    if (stored_chosen_ < matches_ || room == 0) {  // the store goes on in the middle of its page
      if (stored_chosen_ == 0) {
        page.entries.clear();
        page.next_cursor = place.stored;
      } else {
        FHIR_TRY(found, search(place.stored, stored_chosen_));
        page = std::move(found);
      }
      place.is_at_end = false;
    } else {
      place.is_at_end = page.next_cursor.empty();
    }
    place.stored = std::exchange(page.next_cursor, {});
    page.total = total;
    put_in(page, held, place.held);
    place.matches += order_.size();
    place.held += order_.size() - stored_chosen_;
    const bool is_full = query_.results_max && place.matches >= *query_.results_max;
    if (!is_full && (!place.is_at_end || place.held < held.size()))
      page.next_cursor = cursor_of(place);
    return page;
  }

 private:
  std::vector<SortValue> values_of(const storage::Version& version) const {
    const auto rows = resources_.rows_of(version);
    static const search::IndexRows k_none;
    return search::sort_values(query_.sort,
                               {version.id, version.last_updated, rows ? &*rows : &k_none});
  }

  void sort(std::vector<storage::Version>& held) {
    std::vector<std::pair<std::vector<SortValue>, std::size_t>> keyed;
    for (std::size_t i = 0; i < held.size(); ++i) keyed.emplace_back(values_of(held[i]), i);
    std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& a, const auto& b) {
      return search::stands_before(query_.sort, a.first, b.first);
    });
    std::vector<storage::Version> sorted;
    for (auto& [values, at] : keyed) {
      sorted.push_back(std::move(held[at]));
      held_values_.push_back(std::move(values));
    }
    held = std::move(sorted);
  }

  fhir::Result<Page> search(const std::string& cursor, std::size_t count) {
    search::Query own = copy_of(query_);
    own.cursor = cursor;
    own.count = static_cast<std::uint32_t>(count);
    return stored_.search(own);
  }

  /// Which list each match of the page comes from: what is stored first where both are the same.
  void choose(const Page& page, std::size_t next_held, std::size_t room) {
    std::vector<std::vector<SortValue>> stored;
    for (const Page::Entry& entry : page.entries) {
      if (entry.is_match) stored.push_back(values_of(entry.version));
    }
    matches_ = stored.size();
    while (order_.size() < room) {
      const bool has_stored = stored_chosen_ < stored.size();
      const bool has_held = next_held < held_values_.size();
      if (!has_stored && !has_held) return;
      const bool takes_held =
          has_held && (!has_stored || search::stands_before(query_.sort, held_values_[next_held],
                                                            stored[stored_chosen_]));
      order_.push_back(takes_held);
      ++(takes_held ? next_held : stored_chosen_);
    }
  }

  /// Matches in their order, then what they include.
  void put_in(Page& page, std::vector<storage::Version>& held, std::size_t next_held) const {
    std::vector<Page::Entry> entries;
    std::size_t next_stored = 0;
    for (const bool takes_held : order_) {
      if (takes_held) {
        entries.emplace_back();
        entries.back().version = std::move(held[next_held++]);
      } else {
        while (!page.entries[next_stored].is_match) ++next_stored;
        entries.push_back(std::move(page.entries[next_stored++]));
      }
    }
    for (; next_stored < page.entries.size(); ++next_stored)
      if (!page.entries[next_stored].is_match)
        entries.push_back(std::move(page.entries[next_stored]));
    page.entries = std::move(entries);
  }

  storage::Reader& stored_;
  const HeldResources& resources_;
  const search::Query& query_;
  std::vector<std::vector<SortValue>> held_values_;
  std::vector<bool> order_;  // true: of what is held
  std::size_t matches_ = 0;  // on the store's page
  std::size_t stored_chosen_ = 0;
};

}  // namespace

fhir::Result<Page> sorted_search(storage::Reader& stored, const HeldResources& resources,
                                 std::vector<storage::Version> held, const search::Query& query) {
  auto place = place_of(query.cursor);
  if (!place)
    return fhir::unexpected(fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::invalid,
                                             "The _cursor is none of this search"));
  return Merge(stored, resources, query).page(std::move(held), *std::move(place));
}

}  // namespace server::rest
