#include "src/policy/json_bytes.h"

namespace server::policy {

char JsonBytes::peek() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
    ++at_;
  if (failed_ || at_ >= text_.size()) return 0;
  return text_[at_];
}

void JsonBytes::take(char c) {
  if (peek() == c && c != 0) {
    ++at_;
  } else {
    failed_ = true;
  }
}

std::string_view JsonBytes::string() {
  take('"');
  const std::size_t begin = at_;
  while (!failed_) {
    const std::size_t stop = text_.find_first_of("\"\\", at_);
    if (stop == std::string_view::npos) {
      failed_ = true;
    } else if (text_[stop] == '\\') {
      at_ = stop + 2;
    } else {
      at_ = stop + 1;
      return text_.substr(begin, stop - begin);
    }
  }
  return {};
}

std::string_view JsonBytes::value() {
  const char first = peek();
  const std::size_t begin = at_;
  if (first == '"') {
    string();
  } else if (first == '{' || first == '[') {
    std::size_t depth = 0;
    while (!failed_) {
      const std::size_t stop = text_.find_first_of("\"{}[]", at_);
      if (stop == std::string_view::npos) {
        failed_ = true;
        break;
      }
      at_ = stop;
      const char c = text_[stop];
      if (c == '"') {
        string();
        continue;
      }
      ++at_;
      depth += c == '{' || c == '[' ? 1 : std::size_t(-1);
      if (depth == 0) break;
    }
  } else {
    while (at_ < text_.size() &&
           std::string_view(",]} \n\r\t").find(text_[at_]) == std::string_view::npos)
      ++at_;
    if (at_ == begin) failed_ = true;
  }
  return failed_ ? std::string_view{} : text_.substr(begin, at_ - begin);
}

bool JsonBytes::next(char close, bool is_first) {
  const char c = peek();
  if (c == close) {
    ++at_;
    return false;
  }
  if (!is_first) take(',');
  if (peek() == 0) failed_ = true;
  return !failed_;
}

}  // namespace server::policy
