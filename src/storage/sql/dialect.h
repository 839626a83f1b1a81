// What differs between the databases that the query builder and the schema are written for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace server::storage::sql {

/// Immutable; one object per database product, shared by all threads.
class Dialect {
 public:
  virtual ~Dialect() = default;

  /// `text` with its `?` written the product's way (SQLite `?`, PostgreSQL `$1`…).
  virtual std::string placeholders(std::string text) const = 0;
  /// Words of the schema: {int} {real} {text} {blob} and {clustered} (stored in the order of its
  /// key) resolved.
  virtual std::string ddl(std::string_view text) const = 0;
  /// The condition that `column` contains the text of one `?`.
  virtual std::string contains(std::string_view column) const = 0;
  /// The condition that `column` ends with the text of one `?`, which has so many characters.
  virtual std::string ends_with(std::string_view column, std::size_t characters) const = 0;
  /// `expression` such that no index order or range is taken from it.
  virtual std::string unindexed(std::string_view expression) const = 0;
  /// The condition that `expression` is one of the numbers of one `?`: NumberList's bytes.
  virtual std::string is_listed(std::string_view expression) const = 0;
  /// Joins two tables in exactly this order where the product lets one say so.
  virtual std::string_view ordered_join() const = 0;
};

const Dialect& sqlite_dialect();

}  // namespace server::storage::sql
