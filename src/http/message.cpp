// Header fields: a flat list searched in order; a request has about ten of them.
#include "src/http/message.h"

#include <algorithm>

#include "src/http/text.h"

namespace server::http {

constexpr std::size_t k_usual_fields = 8;

std::string_view Headers::get(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (equals_without_case(field, name)) return value;
  }
  return {};
}

bool Headers::has(std::string_view name) const {
  return std::any_of(fields_.begin(), fields_.end(),
                     [name](const auto& field) { return equals_without_case(field.first, name); });
}

void Headers::add(std::string name, std::string value) {
  if (fields_.capacity() == 0) fields_.reserve(k_usual_fields);
  fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string_view name, std::string value) {
  const auto same = [name](const auto& field) { return equals_without_case(field.first, name); };
  const auto first = std::find_if(fields_.begin(), fields_.end(), same);
  if (first == fields_.end()) return add(std::string(name), std::move(value));
  first->second = std::move(value);
  fields_.erase(std::remove_if(first + 1, fields_.end(), same), fields_.end());
}

}  // namespace server::http
