// https://hl7.org/fhirpath/N1/#type-safety-and-strict-evaluation
#include "fhir/fhirpath/static_type.h"

#include <algorithm>
#include <array>

#include "fhir/fhirpath/operand.h"

namespace fhir::fhirpath {
namespace {

constexpr std::array<std::string_view, 10> k_system_labels = {
    "element", "boolean",  "integer", "decimal",  "string",
    "date",    "dateTime", "time",    "Quantity", "TypeInfo"};

ItemKind system_kind_named(std::string_view code) {
  constexpr std::string_view k_prefix = "http://hl7.org/fhirpath/System.";
  if (!code.starts_with(k_prefix)) return ItemKind::element;
  code.remove_prefix(k_prefix.size());
  constexpr std::array<std::string_view, 8> k_names = {
      "Boolean", "Integer", "Decimal", "String", "Date", "DateTime", "Time", "Quantity"};
  const auto at = std::find(k_names.begin(), k_names.end(), code);
  return at == k_names.end() ? ItemKind::element : static_cast<ItemKind>(at - k_names.begin() + 1);
}

void add_types_of(Shape& shape, const ElementSchema& element) {
  for (const TypeRef& reference : element.types) {
    if (reference.type != nullptr) {
      shape.add(StaticType{reference.type, ItemKind::element});
    } else if (const ItemKind kind = system_kind_named(reference.code); kind != ItemKind::element) {
      shape.add(StaticType::of(kind));
    } else {
      shape.is_open = true;
    }
  }
  if (element.types.empty()) shape.is_open = true;
  if (element.max > 1) shape.is_single = false;
}

bool add_member(Shape& shape, const TypeSchema& type, std::string_view name) {
  const ElementSchema* element = type.element(name);
  if (element != nullptr) add_types_of(shape, *element);
  return element != nullptr;
}

/// Of an abstract resource type: whatever the concrete ones have.
bool add_member_of_specializations(Shape& shape, const TypeSchema& type, std::string_view name) {
  bool found = false;
  for (const TypeSchema* candidate : type.store->types()) {
    if (candidate != &type && candidate->is_a(&type) && add_member(shape, *candidate, name))
      found = true;
  }
  return found;
}

bool add_member(Shape& shape, const StaticType& type, std::string_view name) {
  if (type.fhir != nullptr) {
    if (add_member(shape, *type.fhir, name)) return true;
    if (type.fhir->primitive != Primitive::none && name == "value") {
      shape.add(StaticType::of(system_kind(type.fhir->primitive)));
      return true;
    }
    return type.fhir->is_abstract && add_member_of_specializations(shape, *type.fhir, name);
  }
  if (type.system == ItemKind::quantity && (name == "value" || name == "unit")) {
    shape.add(StaticType::of(name == "value" ? ItemKind::decimal : ItemKind::string));
    return true;
  }
  if (type.system == ItemKind::type && (name == "namespace" || name == "name")) {
    shape.add(StaticType::of(ItemKind::string));
    return true;
  }
  return false;
}

}  // namespace

std::string_view StaticType::name() const {
  if (fhir == nullptr) return k_system_labels[static_cast<std::size_t>(system)];
  if (fhir->kind != TypeKind::backbone) return fhir->name;
  return fhir->base != nullptr ? fhir->base->name : "BackboneElement";
}

Categories category_of(const StaticType& type) {
  const ItemKind kind = type.fhir != nullptr ? system_kind(type.fhir->primitive) : type.system;
  switch (kind) {
    case ItemKind::boolean:
      return k_boolean;
    case ItemKind::integer:
    case ItemKind::decimal:
      return k_number;
    case ItemKind::string:
      return k_string;
    case ItemKind::date:
    case ItemKind::date_time:
      return k_date;
    case ItemKind::time:
      return k_time;
    case ItemKind::quantity:
      return k_quantity;
    default:
      break;
  }
  if (type.fhir != nullptr && is_fhir_quantity(type.fhir)) return k_quantity;
  // An abstract type may turn out to be anything.
  if (type.fhir != nullptr && type.fhir->is_abstract) return k_any;
  return k_complex;
}

std::string words_of(Categories categories) {
  constexpr std::array<std::string_view, 7> k_words = {
      "boolean", "number", "string", "date", "time", "Quantity", "complex element"};
  std::string out;
  for (std::size_t i = 0; i < k_words.size(); ++i) {
    if ((categories >> i & 1) == 0) continue;
    if (!out.empty()) out += " or ";
    out += k_words[i];
  }
  return out;
}

Categories Shape::categories() const {
  if (is_open) return k_any;
  Categories all = 0;
  for (const StaticType& type : types) all = static_cast<Categories>(all | category_of(type));
  return all;
}

void Shape::add(const StaticType& type) {
  if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
}

void Shape::add(const Shape& other) {
  if (!other.types.empty() || other.is_open) is_single = is_single && types.empty() && !is_open;
  is_single = is_single && other.is_single;
  is_open = is_open || other.is_open;
  is_ordered = is_ordered && other.is_ordered;
  for (const StaticType& type : other.types) add(type);
}

Shape Shape::as_single() const {
  Shape out = *this;
  out.is_single = true;
  out.is_ordered = true;
  return out;
}

std::string Shape::description() const {
  std::vector<std::string_view> names;
  for (const StaticType& type : types) {
    if (std::find(names.begin(), names.end(), type.name()) == names.end())
      names.push_back(type.name());
  }
  std::string out;
  for (std::string_view name : names) {
    if (!out.empty()) out += " | ";
    out.append(name);
    if (!is_single) out += "[]";
  }
  if (is_open) out += out.empty() ? "any" : " | any";
  return out;
}

Shape members_of(const Shape& input, std::string_view name, bool& found) {
  Shape shape;
  shape.is_open = input.is_open;
  shape.is_single = input.is_single;
  shape.is_ordered = input.is_ordered;
  found = input.is_open || input.types.empty();
  for (const StaticType& type : input.types) {
    if (add_member(shape, type, name)) found = true;
  }
  if (shape.is_open) shape.is_single = false;
  return shape;
}

bool may_be(const StaticType& type, const TypeSpecifier& specifier) {
  if (specifier.any) return true;
  if (type.fhir == nullptr) return type.system == specifier.system;
  if (specifier.fhir != nullptr)
    return type.fhir->is_a(specifier.fhir) || specifier.fhir->is_a(type.fhir);
  return specifier.system != ItemKind::element &&
         system_kind(type.fhir->primitive) == specifier.system;
}

Shape narrowed(const Shape& input, const TypeSpecifier& specifier) {
  Shape out;
  out.is_single = input.is_single;
  out.is_ordered = input.is_ordered;
  if (specifier.any) return input;
  for (const StaticType& type : input.types) {
    if (!may_be(type, specifier)) continue;
    const bool is_narrower =
        type.fhir != nullptr && specifier.fhir != nullptr && !type.fhir->is_a(specifier.fhir);
    out.add(is_narrower ? StaticType{specifier.fhir, ItemKind::element} : type);
  }
  if (!input.is_open) return out;
  if (specifier.fhir != nullptr) out.add(StaticType{specifier.fhir, ItemKind::element});
  if (specifier.system != ItemKind::element) out.add(StaticType::of(specifier.system));
  return out;
}

}  // namespace fhir::fhirpath
