// Items and collections: the parts that need no speed.
#include "fhir/fhirpath/collection.h"

#include <array>

namespace fhir::fhirpath {
namespace {

constexpr std::array<std::string_view, 9> k_system_names = {
    "Boolean", "Integer", "Decimal", "String", "Date", "DateTime", "Time", "Quantity", "Type"};

}  // namespace

/// What JSON without a definition is read as.
ItemKind untyped_kind(const Element& element) {
  const json::Value* value = element.value;
  if (value == nullptr || value->is_object()) return ItemKind::element;
  if (value->is_boolean()) return ItemKind::boolean;
  if (!value->is_number()) return ItemKind::string;
  return value->text().find_first_of(".eE") == std::string_view::npos ? ItemKind::integer
                                                                      : ItemKind::decimal;
}

Item Item::of_decimal(Decimal value) {
  Item item(Payload(false), ItemKind::decimal);
  item.owner_ = std::make_shared<const Decimal>(std::move(value));
  return item;
}

Item Item::of_string(std::string value) {
  auto kept = std::make_shared<const std::string>(std::move(value));
  Item item(Payload(std::string_view(*kept)), ItemKind::string);
  item.owner_ = std::move(kept);
  return item;
}

Item Item::of_quantity(Quantity value) {
  Item item(Payload(false), ItemKind::quantity);
  item.owner_ = std::make_shared<const Quantity>(std::move(value));
  return item;
}

TypeName Item::type_name() const {
  if (kind_ != ItemKind::element)
    return {"System", k_system_names[static_cast<std::size_t>(kind_) - 1]};
  const TypeSchema* type = payload_.element.type;
  if (type != nullptr) return {"FHIR", type->name};
  const ItemKind kind = untyped_kind(payload_.element);
  return {"System",
          kind == ItemKind::element ? "Any" : k_system_names[static_cast<std::size_t>(kind) - 1]};
}

std::string Item::text() const {
  switch (kind_) {
    case ItemKind::element:
      return std::string(payload_.element.text());
    case ItemKind::boolean:
      return payload_.boolean ? "true" : "false";
    case ItemKind::integer:
      return std::to_string(payload_.integer);
    case ItemKind::decimal:
      return decimal().to_string();
    case ItemKind::string:
      return std::string(payload_.string);
    case ItemKind::date:
    case ItemKind::date_time:
      return payload_.date_time.to_string();
    case ItemKind::time:
      return payload_.time.to_string();
    case ItemKind::quantity: {
      const Quantity& value = quantity();
      std::string text = value.value.to_string() + " ";
      if (!value.is_calendar) return text + "'" + value.unit + "'";
      text += value.unit;
      if (!(value.value == Decimal(1))) text += "s";
      return text;
    }
    case ItemKind::type:
      break;
  }
  return std::string(payload_.type.name_space) + "." + std::string(payload_.type.name);
}

void Collection::grow() {
  const std::uint32_t wider = capacity_ < 4 ? 4 : capacity_ * 2;
  auto* moved = static_cast<Item*>(::operator new(wider * sizeof(Item)));
  for (std::uint32_t i = 0; i < size_; ++i) {
    new (moved + i) Item(std::move(data_[i]));
    data_[i].~Item();
  }
  if (data_ != inline_data()) ::operator delete(data_);
  data_ = moved;
  capacity_ = wider;
}

void Collection::release() {
  clear();
  if (data_ != inline_data()) ::operator delete(data_);
  data_ = inline_data();
  capacity_ = 1;
}

void Collection::take(Collection& other) noexcept {
  if (other.data_ != other.inline_data()) {
    data_ = std::exchange(other.data_, other.inline_data());
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 1);
    return;
  }
  if (other.size_ != 0) push(std::move(other.data_[0]));
  other.clear();
}

}  // namespace fhir::fhirpath
