// The parameters of a request to an OAuth endpoint, decoded.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace server::security {

class Form {
 public:
  Form() = default;
  explicit Form(std::vector<std::pair<std::string, std::string>> pairs)
      : pairs_(std::move(pairs)) {}

  /// Empty when absent: "Parameters sent without a value MUST be treated as if they were omitted".
  std::string_view get(std::string_view name) const {
    for (const auto& [one, value] : pairs_) {
      if (one == name) return value;
    }
    return {};
  }

  std::vector<std::string> all(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [one, value] : pairs_) {
      if (one == name) values.push_back(value);
    }
    return values;
  }

  /// "Request and response parameters MUST NOT be included more than once."
  bool has_twice(std::string_view name) const {
    return std::count_if(pairs_.begin(), pairs_.end(),
                         [&](const auto& pair) { return pair.first == name; }) > 1;
  }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace server::security
