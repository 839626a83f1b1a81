// An item as a System value: what FHIR primitives become where they are compared or computed with.
// https://hl7.org/fhir/R4/fhirpath.html#types
#pragma once

#include <optional>

#include "fhir/fhirpath/collection.h"

namespace fhir::fhirpath {

/// A value unpacked for work; `text` is a string's characters or a quantity's unit, and points into
/// the item it was read from.
struct Operand {
  ItemKind kind = ItemKind::element;  // element: a complex element, none of the fields holds
  bool boolean = false;
  bool is_calendar = false;  // of a quantity's unit
  std::int64_t integer = 0;
  Decimal decimal;  // of a decimal or a quantity
  std::string_view text;
  DateTime date_time;
  TimeOfDay time;

  /// False when the item is a primitive without a value, or with one that its type does not allow.
  bool read(const Item& item);

  bool is_number() const { return kind == ItemKind::integer || kind == ItemKind::decimal; }
  Decimal as_decimal() const { return kind == ItemKind::integer ? Decimal(integer) : decimal; }
  /// A number or a quantity as a quantity: 1 is 1 '1'.
  bool make_quantity();

 private:
  bool read_element(const Element& element);
  bool read_quantity(const Element& element);
};

/// Whether FHIR's Quantity, or a type that specializes it.
bool is_fhir_quantity(const TypeSchema* type);

/// The item with a FHIR primitive replaced by its System value; nothing when it has none.
std::optional<Item> to_system(const Item& item);

/// The System type that a FHIR primitive is read as; element: none.
ItemKind system_kind(Primitive primitive);

/// The calendar word of a unit in the singular (`days` → `day`), empty when it is none.
std::string_view calendar_word(std::string_view unit);

/// The calendar word of which a UCUM code is the definite duration (`d` → `day`), empty for none.
std::string_view calendar_word_of_ucum(std::string_view code);
/// The reverse, for a calendar word in the singular.
std::string_view ucum_of_calendar_word(std::string_view word);

}  // namespace fhir::fhirpath
