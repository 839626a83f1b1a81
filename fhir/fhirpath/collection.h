// What a FHIRPath expression yields: items that are elements of the resource or computed values.
// https://hl7.org/fhirpath/N1/#literals https://hl7.org/fhir/R4/fhirpath.html#types
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "fhir/base/date_time.h"
#include "fhir/base/decimal.h"
#include "fhir/model/element.h"

namespace fhir::fhirpath {

enum class ItemKind : std::uint8_t {
  element,  // a node of a resource, of any type
  boolean,
  integer,
  decimal,
  string,
  date,
  date_time,
  time,
  quantity,  // System types
  type,      // what type() yields
};

/// System.Quantity. The unit is a UCUM code, or a calendar word in the singular (`year`).
struct Quantity {
  Decimal value;
  std::string unit;
  bool is_calendar = false;
};

/// Views into the definitions or into constants.
struct TypeName {
  std::string_view name_space;  // System or FHIR
  std::string_view name;
};

/// What JSON without a definition is read as: a number as Integer or Decimal, and so on; element
/// where it is an object.
ItemKind untyped_kind(const Element& element);

/// One item: a plain value that owns what was computed. Elements, and strings cut out of them,
/// point into their document.
class Item {
 public:
  Item() : payload_(false), kind_(ItemKind::boolean) {}
  Item(const Element& element) : payload_(element), kind_(ItemKind::element) {}
  static Item of_boolean(bool value) { return {Payload(value), ItemKind::boolean}; }
  static Item of_integer(std::int64_t value) { return {Payload(value), ItemKind::integer}; }
  static Item of_decimal(Decimal value);
  static Item of_string(std::string value);
  static Item of_date(const DateTime& value) { return {Payload(value), ItemKind::date}; }
  static Item of_date_time(const DateTime& value) { return {Payload(value), ItemKind::date_time}; }
  static Item of_time(const TimeOfDay& value) { return {Payload(value), ItemKind::time}; }
  static Item of_quantity(Quantity value);
  static Item of_type(const TypeName& value) { return {Payload(value), ItemKind::type}; }
  /// A string that lies inside what `origin` holds or points to.
  static Item part_of(const Item& origin, std::string_view value) {
    Item item(Payload(value), ItemKind::string);
    item.owner_ = origin.owner_;
    return item;
  }
  /// A string that outlives every result: a constant of ours or of the definitions.
  static Item of_constant(std::string_view value) { return {Payload(value), ItemKind::string}; }

  ItemKind kind() const { return kind_; }

  /// The element, null for a computed value.
  const Element* element() const {
    return kind_ == ItemKind::element ? &payload_.element : nullptr;
  }

  /// A computed boolean, or an element of type boolean that has a value.
  bool is_boolean() const {
    return kind_ == ItemKind::boolean ||
           (kind_ == ItemKind::element && payload_.element.value != nullptr &&
            payload_.element.value->is_boolean());
  }
  /// Asked only of what is_boolean().
  bool boolean() const {
    return kind_ == ItemKind::boolean ? payload_.boolean
                                      : payload_.element.value->kind() == json::Kind::true_;
  }

  // Each asked only of its own kind.
  std::int64_t integer() const { return payload_.integer; }
  const Decimal& decimal() const { return *static_cast<const Decimal*>(owner_.get()); }
  std::string_view string() const { return payload_.string; }
  const DateTime& date_time() const { return payload_.date_time; }  // of date, too
  const TimeOfDay& time() const { return payload_.time; }
  const Quantity& quantity() const { return *static_cast<const Quantity*>(owner_.get()); }
  const TypeName& type_value() const { return payload_.type; }

  /// The type as type() names it: {System, Integer}, {FHIR, Patient}; an element whose type is not
  /// known is named by its JSON.
  TypeName type_name() const;

  /// As toString() writes it; a primitive element's characters; empty for a complex element.
  std::string text() const;

 private:
  union Payload {
    explicit Payload(const Element& value) : element(value) {}
    explicit Payload(bool value) : boolean(value) {}
    explicit Payload(std::int64_t value) : integer(value) {}
    explicit Payload(std::string_view value) : string(value) {}
    explicit Payload(const DateTime& value) : date_time(value) {}
    explicit Payload(const TimeOfDay& value) : time(value) {}
    explicit Payload(const TypeName& value) : type(value) {}
    Element element;
    bool boolean;
    std::int64_t integer;
    std::string_view string;
    DateTime date_time;
    TimeOfDay time;
    TypeName type;
  };

  Item(const Payload& payload, ItemKind kind) : payload_(payload), kind_(kind) {}

  Payload payload_;
  ItemKind kind_;
  std::shared_ptr<const void> owner_;  // of a decimal, a quantity, a computed string
};

/// Items in order. One item needs no allocation.
class Collection {
 public:
  Collection() {}
  explicit Collection(Item item) { push(std::move(item)); }
  Collection(const Collection& other) { append(other); }
  Collection(Collection&& other) noexcept { take(other); }
  Collection& operator=(const Collection& other) {
    if (this != &other) {
      clear();
      append(other);
    }
    return *this;
  }
  Collection& operator=(Collection&& other) noexcept {
    if (this != &other) {
      release();
      take(other);
    }
    return *this;
  }
  ~Collection() { release(); }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Item* begin() const { return data_; }
  const Item* end() const { return data_ + size_; }
  const Item& operator[](std::size_t at) const { return data_[at]; }
  Item& operator[](std::size_t at) { return data_[at]; }
  std::span<Item> items() { return {data_, size_}; }

  void push(Item item) {
    if (size_ == capacity_) grow();
    new (data_ + size_) Item(std::move(item));
    ++size_;
  }
  void append(const Collection& other) {
    for (const Item& item : other) push(item);
  }
  void clear() {
    for (std::uint32_t i = 0; i < size_; ++i) data_[i].~Item();
    size_ = 0;
  }

 private:
  Item* inline_data() { return reinterpret_cast<Item*>(inline_); }
  void grow();
  void release();
  void take(Collection& other) noexcept;

  alignas(Item) unsigned char inline_[sizeof(Item)];
  Item* data_ = inline_data();
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 1;
};

}  // namespace fhir::fhirpath
