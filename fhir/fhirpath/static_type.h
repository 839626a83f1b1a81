// What can be known of a collection before it is evaluated: the types that its items may have, and
// whether it holds one item at most.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/fhirpath/collection.h"
#include "fhir/fhirpath/node.h"

namespace fhir::fhirpath {

/// A FHIR type, or a System type where `fhir` is null.
struct StaticType {
  const TypeSchema* fhir = nullptr;
  ItemKind system = ItemKind::element;
  bool operator==(const StaticType&) const = default;

  static StaticType of(ItemKind kind) { return {nullptr, kind}; }
  /// As type_label() names an item of it.
  std::string_view name() const;
};

/// Sets of what operators and functions tell apart; a type is in one of them.
using Categories = std::uint8_t;
inline constexpr Categories k_boolean = 1;
inline constexpr Categories k_number = 2;
inline constexpr Categories k_string = 4;
inline constexpr Categories k_date = 8;  // dateTime too
inline constexpr Categories k_time = 16;
inline constexpr Categories k_quantity = 32;
inline constexpr Categories k_complex = 64;
inline constexpr Categories k_any = 127;

Categories category_of(const StaticType& type);
/// `number`, `string or Quantity`: for messages.
std::string words_of(Categories categories);

struct Shape {
  std::vector<StaticType> types;  // none, and not open: always empty
  bool is_open = false;           // any other type may occur
  bool is_single = true;          // one item at most
  bool is_ordered = true;

  static Shape open() { return {{}, true, false, true}; }
  static Shape one(StaticType type) { return {{type}, false, true, true}; }
  static Shape one(ItemKind kind) { return one(StaticType::of(kind)); }

  /// Whether something is known of the types.
  bool is_known() const { return !is_open && !types.empty(); }
  Categories categories() const;
  void add(const StaticType& type);
  void add(const Shape& other);
  Shape as_single() const;
  /// `Patient`, `Quantity | string`; `[]` follows what may be several.
  std::string description() const;
};

/// Items of the members of that name; `found` tells whether any of the types has it.
Shape members_of(const Shape& input, std::string_view name, bool& found);

/// Whether an item of the type may be of the specified one, or of a type that specializes it.
bool may_be(const StaticType& type, const TypeSpecifier& specifier);
/// The types that pass `as` or ofType().
Shape narrowed(const Shape& input, const TypeSpecifier& specifier);

}  // namespace fhir::fhirpath
