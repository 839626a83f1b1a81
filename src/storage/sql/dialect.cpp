#include "src/storage/sql/dialect.h"

#include <array>
#include <utility>

namespace server::storage::sql {
namespace {

class SqliteDialect final : public Dialect {
 public:
  std::string placeholders(std::string text) const override { return text; }

  std::string ddl(std::string_view text) const override {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> k_words{{
        {"{int}", "INTEGER"},
        {"{real}", "REAL"},
        {"{text}", "TEXT"},
        {"{blob}", "BLOB"},
        {"{clustered}", "WITHOUT ROWID"},
    }};
    std::string out(text);
    for (const auto& [word, meaning] : k_words) {
      for (std::size_t at = out.find(word); at != std::string::npos; at = out.find(word, at)) {
        out.replace(at, word.size(), meaning);
      }
    }
    return out;
  }

  std::string contains(std::string_view column) const override {
    return "instr(" + std::string(column) + ", ?) > 0";
  }

  std::string ends_with(std::string_view column, std::size_t characters) const override {
    return "substr(" + std::string(column) + ", -" + std::to_string(characters) + ") = ?";
  }

  std::string unindexed(std::string_view expression) const override {
    return "+" + std::string(expression);
  }

  std::string is_listed(std::string_view expression) const override {
    return "is_listed(?, " + std::string(expression) + ")";  // number_list.h
  }

  std::string_view ordered_join() const override { return " CROSS JOIN "; }
};

}  // namespace

const Dialect& sqlite_dialect() {
  static const SqliteDialect dialect;
  return dialect;
}

}  // namespace server::storage::sql
