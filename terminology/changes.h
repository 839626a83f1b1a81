// Which code systems and value sets differ between two snapshots of the definitions.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "fhir/definitions/definition_store.h"

namespace terminology {

class Changes {
 public:
  Changes(const fhir::DefinitionStore& before, const fhir::DefinitionStore& after);

  /// Whether anything that is found by this url may be another now.
  bool touch(std::string_view url) const { return urls_.contains(std::string(url)); }
  bool are_none() const { return urls_.empty(); }

 private:
  void compare(std::span<const fhir::ConformanceRecord> before,
               std::span<const fhir::ConformanceRecord> after);
  void add(const fhir::ConformanceRecord& record);

  std::unordered_set<std::string> urls_;
};

/// Calls `visit(text)` for the string that follows each `"name":` in a record, without reading all
/// of it.
template <class Visit>
void for_each_text(std::string_view json, std::string_view quoted_name, Visit&& visit) {
  for (std::size_t at = json.find(quoted_name); at != std::string_view::npos;
       at = json.find(quoted_name, at)) {
    at += quoted_name.size();
    const std::size_t end = json.find('"', at);
    if (end == std::string_view::npos) return;
    visit(json.substr(at, end - at));
  }
}

inline constexpr std::string_view k_supplements = "\"supplements\":\"";
inline constexpr std::string_view k_value_set = "\"valueSet\":\"";

inline std::string_view without_version(std::string_view canonical) {
  return canonical.substr(0, canonical.find('|'));
}

}  // namespace terminology
