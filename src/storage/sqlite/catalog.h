// The database's names as one connection sees them, for the query builder.
#pragma once

#include <functional>

#include "src/storage/sql/catalog.h"
#include "src/storage/sqlite/connection.h"
#include "src/storage/sqlite/dictionary.h"

namespace server::storage::sqlite {

using Clock = std::function<std::int64_t()>;  // UTC milliseconds

/// Committed names, identities of the connection's snapshot. One thread at a time.
class SnapshotCatalog : public sql::Catalog {
 public:
  SnapshotCatalog(Connection& connection, const Dictionary& dictionary, const Clock& clock)
      : connection_(connection), dictionary_(dictionary), clock_(clock) {}

  std::optional<std::int64_t> type(std::string_view name) override {
    return dictionary_.type(name);
  }
  std::vector<std::int64_t> types() override { return dictionary_.types(); }
  bool is_of_contained(std::int64_t type) override;
  std::optional<std::int64_t> parameter(std::int64_t type, std::string_view url) override {
    return dictionary_.parameter(type, url);
  }
  fhir::Result<std::optional<std::int64_t>> system(std::string_view uri) override;
  fhir::Result<std::optional<std::int64_t>> rid(std::int64_t type, std::string_view id) override;
  std::uint64_t live_count(std::int64_t type) override;
  fhir::Result<std::int64_t> number(const sql::SqlText& statement) override;
  std::int64_t now_ms() override { return clock_(); }

  const Dictionary& dictionary() const { return dictionary_; }

 protected:
  Connection& connection_;
  const Dictionary& dictionary_;
  const Clock& clock_;
};

/// Binds the values of a statement under construction, in order.
void bind_all(Statement& statement, const std::vector<sql::Value>& values);

}  // namespace server::storage::sqlite
