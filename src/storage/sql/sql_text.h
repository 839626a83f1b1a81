// A statement under construction: its text with `?` for each value, and the values in their order.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace server::storage::sql {

/// A large value, shared by the statements that it is bound to.
using SharedBytes = std::shared_ptr<const std::string>;

/// A value bound to a statement or read from a row (which never gives SharedBytes); monostate is
/// NULL.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, SharedBytes>;

/// Text that came from outside never enters the text, only the values.
class SqlText {
 public:
  SqlText() = default;
  explicit SqlText(std::string_view text) : text_(text) {}

  SqlText& operator<<(std::string_view text) {
    text_ += text;
    return *this;
  }
  SqlText& operator<<(const SqlText& other) {
    text_ += other.text_;
    values_.insert(values_.end(), other.values_.begin(), other.values_.end());
    return *this;
  }
  /// Adds `?` and its value.
  SqlText& bind(Value value) {
    text_ += '?';
    values_.push_back(std::move(value));
    return *this;
  }

  /// Adds text that holds one `?`, and its value.
  SqlText& bind_in(std::string_view text, Value value) {
    text_ += text;
    values_.push_back(std::move(value));
    return *this;
  }

  bool empty() const { return text_.empty(); }
  const std::string& text() const { return text_; }
  const std::vector<Value>& values() const { return values_; }

 private:
  std::string text_;
  std::vector<Value> values_;
};

}  // namespace server::storage::sql
