#include "src/storage/sqlite/catalog.h"

#include <algorithm>

#include "src/storage/sql/contained_name.h"
#include "src/storage/sql/dialect.h"

namespace server::storage::sqlite {

fhir::Result<std::optional<std::int64_t>> SnapshotCatalog::system(std::string_view uri) {
  if (auto known = dictionary_.system(uri)) return known;
  if (dictionary_.has_all_systems()) return std::optional<std::int64_t>();
  FHIR_TRY(statement, connection_.fixed(Fixed::find_system));
  Run run(*statement);
  run->bind_text(1, uri);
  const Step step = run->step();
  if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return step == Step::row ? std::optional(run->integer(0)) : std::nullopt;
}

fhir::Result<std::optional<std::int64_t>> SnapshotCatalog::rid(std::int64_t type,
                                                               std::string_view id) {
  FHIR_TRY(statement, connection_.fixed(Fixed::find_identity));
  Run run(*statement);
  run->bind(1, type);
  run->bind_text(2, id);
  const Step step = run->step();
  if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return step == Step::row ? std::optional(run->integer(0)) : std::nullopt;
}

bool SnapshotCatalog::is_of_contained(std::int64_t type) {
  return sql::is_contained_type(dictionary_.type_name(type));
}

std::uint64_t SnapshotCatalog::live_count(std::int64_t type) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, dictionary_.counts(type).live));
}

fhir::Result<std::int64_t> SnapshotCatalog::number(const sql::SqlText& text) {
  FHIR_TRY(statement, connection_.statement(sql::sqlite_dialect().placeholders(text.text())));
  Run run(*statement);
  bind_all(*run, text.values());
  const Step step = run->step();
  if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return step == Step::row ? run->integer(0) : std::int64_t{0};
}

void bind_all(Statement& statement, const std::vector<sql::Value>& values) {
  int at = 0;
  for (const sql::Value& value : values) statement.bind(++at, value);
}

}  // namespace server::storage::sqlite
