// https://hl7.org/fhir/R4/references.html#canonical
#include "fhir/definitions/record_table.h"

#include <string>
#include <utility>

#include "fhir/definitions/version_order.h"

namespace fhir::definitions {
namespace {

bool is_preferred(const ConformanceRecord& later, const ConformanceRecord& earlier) {
  if (later.version.empty() || earlier.version.empty()) return true;
  return compare_versions(later.version, earlier.version) >= 0;
}

}  // namespace

std::shared_ptr<const RecordTable> RecordTable::make(std::span<const ConformanceRecord> records) {
  std::shared_ptr<RecordTable> table(new RecordTable);
  table->records_.reserve(records.size());
  table->by_canonical_.reserve(2 * records.size());
  for (const ConformanceRecord& record : records) table->add(record);
  return table;
}

std::shared_ptr<const RecordTable> RecordTable::over(std::shared_ptr<const RecordTable> base,
                                                     std::vector<Addition> additions) {
  std::shared_ptr<RecordTable> table(new RecordTable);
  table->base_ = std::move(base);
  table->additions_ = std::move(additions);
  table->records_.reserve((table->base_ ? table->base_->records_.size() : 0) +
                          table->additions_.size());
  if (table->base_) {
    table->records_.assign(table->base_->records_.begin(), table->base_->records_.end());
    table->next_of_url_ = table->base_->next_of_url_;
  }
  table->by_canonical_.reserve(2 * table->additions_.size());
  for (const Addition& addition : table->additions_)
    table->add({addition->type, addition->id, addition->url, addition->version, addition->json});
  return table;
}

void RecordTable::add(const ConformanceRecord& record) {
  const std::string key = record.url.empty()
                              ? "#" + std::string(record.id)
                              : std::string(record.url) + "|" + std::string(record.version);
  auto at = static_cast<Position>(records_.size());
  if (const Position* present = position(key)) {
    at = *present;
    records_[at] = record;
  } else {
    records_.push_back(record);
    join(at, record.url);
  }
  by_canonical_.insert_or_assign(keys_.copy(key), at);
  if (record.url.empty()) return;
  const Position* newest = position(record.url);
  if (newest == nullptr || is_preferred(record, records_[*newest]))
    by_canonical_.insert_or_assign(record.url, at);
}

/// Puts a new record into the ring of those with its url.
void RecordTable::join(Position at, std::string_view url) {
  const Position* other = url.empty() ? nullptr : position(url);
  next_of_url_.push_back(other != nullptr ? next_of_url_[*other] : at);
  if (other != nullptr) next_of_url_[*other] = at;
}

const RecordTable::Position* RecordTable::position(std::string_view canonical) const {
  if (auto own = by_canonical_.find(canonical); own != by_canonical_.end()) return &own->second;
  return base_ != nullptr ? base_->position(canonical) : nullptr;
}

const ConformanceRecord* RecordTable::find(std::string_view canonical) const {
  const Position* at = position(canonical);
  return at != nullptr ? &records_[*at] : find_by_partial_version(canonical);
}

const ConformanceRecord* RecordTable::find_by_partial_version(std::string_view canonical) const {
  const std::size_t bar = canonical.find('|');
  if (bar == std::string_view::npos || bar + 1 == canonical.size()) return nullptr;
  const std::string_view url = canonical.substr(0, bar);
  const Position* first = position(url);
  if (first == nullptr) return nullptr;
  const std::string begin = std::string(canonical.substr(bar + 1)) + ".";
  const ConformanceRecord* newest = nullptr;
  Position at = *first;
  do {
    const ConformanceRecord& record = records_[at];
    if (record.version.starts_with(begin) &&
        (newest == nullptr || compare_versions(record.version, newest->version) > 0))
      newest = &record;
    at = next_of_url_[at];
  } while (at != *first);
  return newest;
}

}  // namespace fhir::definitions
