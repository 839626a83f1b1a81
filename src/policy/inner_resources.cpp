#include "src/policy/inner_resources.h"

#include <algorithm>

namespace server::policy {

void InnerResources::look_through(std::size_t at) {
  if (at < end_) return;
  struct Open {
    std::size_t begin;
    bool is_object, is_named;  // named: its type is known
  };
  std::vector<Open> open;
  found_.clear();
  next_ = 0;
  JsonBytes in(text_, at);
  std::string_view name;  // of the member whose value comes
  do {
    const char c = in.peek();
    if (c == '{' || c == '[') {
      open.push_back({in.at(), c == '{', false});
      in.take(c);
    } else if (c == '}' || c == ']') {
      in.take(c);
      if (!open.empty()) open.pop_back();
    } else if (c == '"') {
      const std::string_view text = in.string();
      const bool is_member = !open.empty() && open.back().is_object && in.peek() == ':';
      if (is_member) {
        name = text;
      } else if (name == "resourceType" && !open.empty() && !open.back().is_named &&
                 !text.empty()) {
        open.back().is_named = true;
        found_.emplace_back(open.back().begin, text);
      }
      if (!is_member) name = {};
    } else if (c == ':' || c == ',') {
      in.take(c);
      if (c == ',') name = {};
    } else {
      in.value();
    }
  } while (!open.empty() && !in.failed());
  std::sort(found_.begin(), found_.end());
  end_ = in.at();
  looked_at_ += end_ - at;
}

std::string_view InnerResources::type_at(std::size_t at) {
  while (next_ < found_.size() && found_[next_].first < at) ++next_;
  const bool is_there = next_ < found_.size() && found_[next_].first == at;
  return is_there ? found_[next_].second : std::string_view();
}

}  // namespace server::policy
