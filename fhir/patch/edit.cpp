#include "fhir/patch/edit.h"

#include "fhir/base/limits.h"
#include "fhir/patch/limits.h"

namespace fhir::patch {
namespace {

using json::Kind;
using json::Member;
using json::Value;

bool is_sibling_name(std::string_view name) { return name.size() > 1 && name[0] == '_'; }

Member member_of(Arena& arena, std::string_view name, const Value& value) {
  const std::string_view kept = arena.copy(name);
  return {kept.data(), static_cast<std::uint32_t>(kept.size()), name_hash(kept), value};
}

bool is_empty(const Value& value) {
  return (value.is_object() && value.members().empty()) ||
         (value.is_array() && value.items().empty());
}

Value items_without_empty(Arena& arena, const Value& array) {
  std::vector<Value> items;
  bool has_content = false;
  for (const Value& item : array.items()) {
    const Value kept = without_empty(arena, item);
    if (is_empty(kept)) continue;
    has_content = has_content || !kept.is_null();
    items.push_back(kept);
  }
  if (!has_content) items.clear();
  return array_of(arena, items);
}

}  // namespace

Value array_of(Arena& arena, const std::vector<Value>& items) {
  return Value::array(arena.copy(items), 0);
}

Value object_of(Arena& arena, const std::vector<Member>& members) {
  bool has_siblings = false;
  for (const Member& member : members) has_siblings = has_siblings || member.is_sibling();
  return Value::object(arena.copy(members), 0, has_siblings);
}

Value string_of(Arena& arena, std::string_view text) {
  return Value::text_value(Kind::string, arena.copy(text), 0);
}

Value with_member(Arena& arena, const Value& object, std::string_view name, const Value& value) {
  const auto old = object.members();
  Member* members = arena.allocate_array<Member>(old.size() + 1);
  std::size_t count = 0;
  bool is_placed = false;
  for (const Member& member : old) {
    members[count] = member;
    if (member.name() == name) {
      members[count].value = value;
      is_placed = true;
    }
    ++count;
  }
  if (!is_placed) members[count++] = member_of(arena, name, value);
  return Value::object({members, count}, object.offset(),
                       object.has_siblings() || is_sibling_name(name));
}

Value without_member(Arena& arena, const Value& object, std::string_view name) {
  std::vector<Member> members;
  members.reserve(object.members().size());
  for (const Member& member : object.members()) {
    if (member.name() != name) members.push_back(member);
  }
  return object_of(arena, members);
}

Value with_item(Arena& arena, const Value& array, std::size_t at, const Value& value) {
  std::vector<Value> items(array.items().begin(), array.items().end());
  items[at] = value;
  return array_of(arena, items);
}

Value with_inserted(Arena& arena, const Value& array, std::size_t at, const Value& value) {
  const auto old = array.items();
  std::vector<Value> items;
  items.reserve(old.size() + 1);
  items.insert(items.end(), old.begin(), old.begin() + static_cast<std::ptrdiff_t>(at));
  items.push_back(value);
  items.insert(items.end(), old.begin() + static_cast<std::ptrdiff_t>(at), old.end());
  return array_of(arena, items);
}

Value without_item(Arena& arena, const Value& array, std::size_t at) {
  std::vector<Value> items(array.items().begin(), array.items().end());
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(at));
  return array_of(arena, items);
}

Value without_empty(Arena& arena, const Value& value) {
  if (value.is_array()) return items_without_empty(arena, value);
  if (!value.is_object()) return value;
  std::vector<Member> members;
  for (Member member : value.members()) {
    member.value = without_empty(arena, member.value);
    if (!is_empty(member.value)) members.push_back(member);
  }
  return object_of(arena, members);
}

Result<void> count_added(const Value& value, std::size_t depth, std::size_t& nodes_left) {
  if (depth > k_json_depth_max)
    return unexpected(make_issue(IssueType::too_long, "The patch nests values too deeply"));
  if (nodes_left == 0)
    return unexpected(make_issue(IssueType::too_costly, "The patch adds too many values"));
  --nodes_left;
  for (const Value& item : value.items()) FHIR_CHECK(count_added(item, depth + 1, nodes_left));
  for (const Member& member : value.members())
    FHIR_CHECK(count_added(member.value, depth + 1, nodes_left));
  return {};
}

Result<void> check_size(const Arena& arena) {
  if (arena.reserved_bytes() <= k_patched_bytes_max) return {};
  return unexpected(
      make_issue(IssueType::too_costly, "The patch makes more intermediate data than is allowed"));
}

}  // namespace fhir::patch
