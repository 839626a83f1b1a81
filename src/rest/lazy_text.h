// A text that is made when it is first asked for.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>

namespace server::rest {

/// Thread-safe.
class LazyText {
 public:
  explicit LazyText(std::function<std::string()> make) : make_(std::move(make)) {}

  const std::string& text() const {
    std::call_once(once_, [&] { text_ = make_(); });
    return text_;
  }

 private:
  std::function<std::string()> make_;
  mutable std::once_flag once_;
  mutable std::string text_;
};

}  // namespace server::rest
