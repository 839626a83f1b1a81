// How contained resources stand in the tables of those that stand by themselves: under a type and
// an id that no other resource can have, since `#` is in neither.
// https://hl7.org/fhir/R4/search.html#contained
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace server::storage::sql {

/// The name of the type under which contained resources of `type` are kept: `Medication#`.
inline std::string contained_type_name(std::string_view type) { return std::string(type) + '#'; }

inline bool is_contained_type(std::string_view name) { return name.ends_with('#'); }

/// The id of a contained resource: `23#m1` is m1 in the resource whose rid is 23.
struct ContainedId {
  std::int64_t container = 0;
  std::string_view local;
};

inline std::string contained_id(std::int64_t container, std::string_view local) {
  return std::to_string(container).append("#").append(local);
}

/// The ids of all that a resource contains: from, and up to.
inline std::string first_contained_id(std::int64_t container) {
  return contained_id(container, "");
}
inline std::string past_contained_id(std::int64_t container) {
  return std::to_string(container) + '$';  // the character behind `#`
}

/// The id of what a resource no longer contains: `$23#m1#57`, where 57 is its rid.
inline std::string gone_contained_id(std::string_view id, std::int64_t rid) {
  return std::string("$").append(id).append("#").append(std::to_string(rid));
}

inline ContainedId read_contained_id(std::string_view id) {
  const std::size_t mark = id.find('#');
  ContainedId read;
  std::from_chars(id.data(), id.data() + std::min(mark, id.size()), read.container);
  if (mark != std::string_view::npos) read.local = id.substr(mark + 1);
  return read;
}

}  // namespace server::storage::sql
