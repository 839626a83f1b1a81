// https://hl7.org/fhirpath/N1/#literals https://hl7.org/fhir/R4/fhirpath.html#types
#include "fhir/fhirpath/item_json.h"

#include <array>

#include "fhir/fhirpath/operand.h"
#include "fhir/formats/json_writer.h"

namespace fhir::fhirpath {
namespace {

constexpr std::array<std::string_view, 9> k_labels = {
    "boolean", "integer", "decimal", "string", "date", "dateTime", "time", "Quantity", "TypeInfo"};

/// The kind of System value that the item is or stands for; element: none.
ItemKind value_kind(const Item& item) {
  const Element* element = item.element();
  if (element == nullptr) return item.kind();
  if (element->type != nullptr) return system_kind(element->type->primitive);
  Operand operand;
  return operand.read(item) ? operand.kind : ItemKind::element;
}

}  // namespace

std::string_view type_label(const Item& item) {
  const Element* element = item.element();
  if (element == nullptr) return k_labels[static_cast<std::size_t>(item.kind()) - 1];
  if (const TypeSchema* type = element->type) {
    if (type->kind != TypeKind::backbone) return type->name;
    return type->base != nullptr ? type->base->name : "BackboneElement";
  }
  const ItemKind kind = value_kind(item);
  return kind == ItemKind::element ? "Object" : k_labels[static_cast<std::size_t>(kind) - 1];
}

void append_json(std::string& out, const Item& item) {
  if (const Element* element = item.element()) {
    if (element->value == nullptr) {
      out += "null";
    } else {
      json::append(out, *element->value);
    }
    return;
  }
  switch (item.kind()) {
    case ItemKind::boolean:
    case ItemKind::integer:
    case ItemKind::decimal:
      out += item.text();
      return;
    case ItemKind::type:
      json::Builder(out)
          .begin_object()
          .string("namespace", item.type_value().name_space)
          .string("name", item.type_value().name)
          .end_object();
      return;
    default:
      json::append_string(out, item.text());
  }
}

std::string literal_text(const Item& item) {
  const Element* element = item.element();
  switch (value_kind(item)) {
    case ItemKind::date:
    case ItemKind::date_time:
      return "@" + item.text();
    case ItemKind::time:
      return "@T" + item.text();
    case ItemKind::element: {
      std::string out;
      append_json(out, item);
      return out;
    }
    default:
      break;
  }
  if (element != nullptr && element->value == nullptr) return "null";
  return item.text();
}

}  // namespace fhir::fhirpath
