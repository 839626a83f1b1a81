// Steps over JSON text without reading it: where a value ends, which members an object has.
#pragma once

#include <cstddef>
#include <string_view>

namespace server::policy {

/// Over text that was read as JSON before. What is not sets `failed`, and every step stands still.
/// No step goes back.
class JsonBytes {
 public:
  explicit JsonBytes(std::string_view text, std::size_t at = 0) : text_(text), at_(at) {}

  bool failed() const { return failed_; }
  std::size_t at() const { return at_; }
  void fail() { failed_ = true; }
  std::string_view between(std::size_t begin, std::size_t end) const {
    return text_.substr(begin, end - begin);
  }

  /// The next character that is no white space; 0 at the end.
  char peek();
  /// Steps over that character; fails when another stands there.
  void take(char c);
  /// Steps over a string; what stands between its quotes, escapes and all.
  std::string_view string();
  /// Steps over one value, whatever it is; its text.
  std::string_view value();
  /// At the member after this one, or behind the bracket that closes: false. `is_first`: at the
  /// first member or item, behind the opening bracket.
  bool next(char close, bool is_first);

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace server::policy
