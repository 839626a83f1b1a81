// Rows of one index table in memory: cells one after the other, no allocation for each row.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

namespace server::storage::sqlite {

/// One column of an index row; a text belongs to somebody else.
class Cell {
 public:
  enum class Kind : std::uint32_t { integer, real, text };

  Cell(std::int64_t value) : integer_(value) {}
  Cell(double value) : real_(value != value ? 0 : value), kind_(Kind::real) {}
  Cell(std::string_view value)
      : text_(value.data()), size_(static_cast<std::uint32_t>(value.size())), kind_(Kind::text) {}

  Kind kind() const { return kind_; }
  std::int64_t integer() const { return integer_; }
  double real() const { return real_; }
  std::string_view text() const { return {text_, size_}; }

  /// Of two cells of one column, which have the same kind: as SQLite orders them.
  static int compare(const Cell& a, const Cell& b) {
    switch (a.kind_) {
      case Kind::integer:
        return a.integer_ < b.integer_ ? -1 : a.integer_ > b.integer_ ? 1 : 0;
      case Kind::real:
        return a.real_ < b.real_ ? -1 : a.real_ > b.real_ ? 1 : 0;
      default:
        return a.text().compare(b.text());
    }
  }

 private:
  union {
    std::int64_t integer_;
    double real_;
    const char* text_;
  };
  std::uint32_t size_ = 0;
  Kind kind_ = Kind::integer;
};

using Row = std::span<const Cell>;

inline int compare(Row a, Row b) {
  for (std::size_t at = 0; at < a.size(); ++at) {
    if (const int order = Cell::compare(a[at], b[at]); order != 0) return order;
  }
  return 0;
}

/// Rows of equal width.
class Rows {
 public:
  void add(std::initializer_list<Cell> row) { add(Row(row.begin(), row.size())); }
  void add(Row row) {
    width_ = row.size();
    cells_.insert(cells_.end(), row.begin(), row.end());
  }
  bool empty() const { return cells_.empty(); }
  std::size_t cells() const { return cells_.size(); }
  void clear() { cells_.clear(); }

  /// In the order of the key, each once; valid until the next change of the rows.
  std::span<const Row> sorted() {
    order_.clear();
    for (std::size_t at = 0; at < cells_.size(); at += width_) {
      order_.emplace_back(cells_.data() + at, width_);
    }
    std::sort(order_.begin(), order_.end(), [](Row a, Row b) { return compare(a, b) < 0; });
    const auto is_same = [](Row a, Row b) { return compare(a, b) == 0; };
    order_.erase(std::unique(order_.begin(), order_.end(), is_same), order_.end());
    return order_;
  }

 private:
  std::size_t width_ = 1;
  std::vector<Cell> cells_;
  std::vector<Row> order_;
};

}  // namespace server::storage::sqlite
