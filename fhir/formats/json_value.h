// One node of a JSON tree: a view of 16 bytes into the Document that owns it. Copied freely, never
// kept beyond the document. Nothing is changed in place.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "fhir/base/name_hash.h"

namespace fhir::json {

enum class Kind : std::uint8_t { null, false_, true_, number, string, array, object };

struct Member;

class Value {
 public:
  Value() = default;

  Kind kind() const { return static_cast<Kind>(kind_); }
  bool is_null() const { return kind() == Kind::null; }
  bool is_boolean() const { return kind() == Kind::false_ || kind() == Kind::true_; }
  bool is_number() const { return kind() == Kind::number; }
  bool is_string() const { return kind() == Kind::string; }
  bool is_array() const { return kind() == Kind::array; }
  bool is_object() const { return kind() == Kind::object; }

  /// A string's characters (decoded, UTF-8), a number's digits as they were written, or the literal
  /// `true`, `false`, `null`. Empty for arrays and objects.
  std::string_view text() const;

  /// The text of a string, empty for every other kind.
  std::string_view string() const { return is_string() ? text() : std::string_view{}; }

  /// Items of an array; empty for every other kind.
  std::span<const Value> items() const {
    return is_array() ? std::span{static_cast<const Value*>(data_), size_}
                      : std::span<const Value>{};
  }

  /// Members of an object, in the order of the source; empty for every other kind.
  std::span<const Member> members() const;

  /// The member of that name, null when absent or when this is no object.
  const Value* find(std::string_view name) const { return find(name, name_hash(name)); }
  const Value* find(std::string_view name, std::uint32_t hash) const;

  /// The string member of that name, empty when absent or no string.
  std::string_view string_at(std::string_view name) const;

  /// Byte offset of the value's first character in the source; Document turns it into line, column.
  std::uint32_t offset() const { return offset_; }

  /// Whether an object has a member whose name begins with `_` (a primitive's sibling).
  bool has_siblings() const { return has_siblings_ != 0; }

  // How the reader and builders make values; `data` must outlive the value.
  static Value literal(Kind kind, std::uint32_t offset) {
    return {kind, nullptr, 0, offset, false};
  }
  static Value text_value(Kind kind, std::string_view text, std::uint32_t offset) {
    return {kind, text.data(), static_cast<std::uint32_t>(text.size()), offset, false};
  }
  static Value array(std::span<const Value> items, std::uint32_t offset) {
    return {Kind::array, items.data(), static_cast<std::uint32_t>(items.size()), offset, false};
  }
  static Value object(std::span<const Member> members, std::uint32_t offset, bool has_siblings);

 private:
  Value(Kind kind, const void* data, std::uint32_t size, std::uint32_t offset, bool has_siblings)
      : data_(data),
        size_(size),
        kind_(static_cast<std::uint32_t>(kind)),
        has_siblings_(has_siblings ? 1 : 0),
        offset_(offset & 0x0fffffff) {}

  const void* data_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t kind_ : 3 = 0;
  std::uint32_t has_siblings_ : 1 = 0;
  std::uint32_t offset_ : 28 = 0;
};

struct Member {
  const char* name_data;
  std::uint32_t name_size;
  std::uint32_t name_hash;
  Value value;

  std::string_view name() const { return {name_data, name_size}; }
  bool is_sibling() const { return name_size > 1 && name_data[0] == '_'; }
};

inline std::span<const Member> Value::members() const {
  return is_object() ? std::span{static_cast<const Member*>(data_), size_}
                     : std::span<const Member>{};
}

inline std::string_view Value::text() const {
  switch (kind()) {
    case Kind::number:
    case Kind::string:
      return {static_cast<const char*>(data_), size_};
    case Kind::true_:
      return "true";
    case Kind::false_:
      return "false";
    case Kind::null:
      return "null";
    default:
      return {};
  }
}

inline Value Value::object(std::span<const Member> members, std::uint32_t offset,
                           bool has_siblings) {
  return {Kind::object, members.data(), static_cast<std::uint32_t>(members.size()), offset,
          has_siblings};
}

inline const Value* Value::find(std::string_view name, std::uint32_t hash) const {
  for (const Member& member : members()) {
    if (member.name_hash == hash && member.name() == name) return &member.value;
  }
  return nullptr;
}

inline std::string_view Value::string_at(std::string_view name) const {
  const Value* value = find(name);
  return value ? value->string() : std::string_view{};
}

}  // namespace fhir::json
