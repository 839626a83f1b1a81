// The records of one type of conformance resource, and the ways to find one. Immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/definitions/record_reader.h"

namespace fhir::definitions {

/// A resource that joins a store beside its packages; shared by the stores that hold it.
using Addition = std::shared_ptr<const RawRecord>;

class RecordTable {
 public:
  /// records   of one type, in the order of loading: a later one takes the place of an earlier one
  ///           with the same url and version. Their texts outlive the table.
  static std::shared_ptr<const RecordTable> make(std::span<const ConformanceRecord> records);

  /// What `base` holds with these over it, at a cost that grows with their number alone but for one
  /// copy of the base's list.
  ///
  /// base   from make(), or null
  static std::shared_ptr<const RecordTable> over(std::shared_ptr<const RecordTable> base,
                                                 std::vector<Addition> additions);

  std::span<const ConformanceRecord> records() const { return records_; }

  /// By canonical, with or without |version. Without: what was added wins over what came with a
  /// package when either has no version, otherwise the newest wins. A version that none has means
  /// the newest of those that it begins: 0.2 is 0.2.1.
  const ConformanceRecord* find(std::string_view canonical) const;

  const std::vector<Addition>& additions() const { return additions_; }

 private:
  using Position = std::uint32_t;
  RecordTable() = default;
  void add(const ConformanceRecord& record);
  const Position* position(std::string_view canonical) const;
  const ConformanceRecord* find_by_partial_version(std::string_view canonical) const;
  void join(Position at, std::string_view url);

  std::shared_ptr<const RecordTable> base_;  // its records have the same positions here
  std::vector<Addition> additions_;
  Arena keys_{1024};
  std::vector<ConformanceRecord> records_;
  std::vector<Position> next_of_url_;  // the records of one url are a ring
  /// By `url|version`, by url, and by `#id` for those without a url.
  std::unordered_map<std::string_view, Position> by_canonical_;
};

}  // namespace fhir::definitions
