// What a query builder must know of the database that it builds for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "src/storage/sql/sql_text.h"

namespace server::storage::sql {

/// Looked up within one snapshot; one thread at a time. An absent name has no rows.
class Catalog {
 public:
  virtual ~Catalog() = default;
  virtual std::optional<std::int64_t> type(std::string_view name) = 0;
  virtual std::vector<std::int64_t> types() = 0;
  virtual bool is_of_contained(std::int64_t type) = 0;
  virtual std::optional<std::int64_t> parameter(std::int64_t type, std::string_view url) = 0;
  virtual fhir::Result<std::optional<std::int64_t>> system(std::string_view uri) = 0;
  /// The identity of type/id, live or not.
  virtual fhir::Result<std::optional<std::int64_t>> rid(std::int64_t type, std::string_view id) = 0;
  /// Live resources of a type; may be a little newer or older than the snapshot.
  virtual std::uint64_t live_count(std::int64_t type) = 0;
  /// Runs a statement that gives one integer.
  virtual fhir::Result<std::int64_t> number(const SqlText& statement) = 0;
  /// Now, UTC milliseconds: for the prefix `ap`.
  virtual std::int64_t now_ms() = 0;
};

}  // namespace server::storage::sql
