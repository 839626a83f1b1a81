// https://hl7.org/fhir/R4/fhirpath.html#types
#include "src/search/computed_element.h"

#include <string_view>

namespace server::search {
namespace {

using fhir::fhirpath::ItemKind;

std::string_view type_name_of(ItemKind kind) {
  switch (kind) {
    case ItemKind::boolean:
      return "boolean";
    case ItemKind::integer:
      return "integer";
    case ItemKind::decimal:
      return "decimal";
    case ItemKind::string:
      return "string";
    case ItemKind::date:
      return "date";
    case ItemKind::date_time:
      return "dateTime";
    case ItemKind::time:
      return "time";
    default:
      return {};  // computed quantities and types are indexed by nothing
  }
}

}  // namespace

ComputedElement::ComputedElement(const fhir::fhirpath::Item& item,
                                 const fhir::DefinitionStore& definitions) {
  if (item.element() != nullptr) {
    element_ = *item.element();
    return;
  }
  const std::string_view type = type_name_of(item.kind());
  if (type.empty()) return;
  text_ = item.text();
  const bool is_number = item.kind() == ItemKind::integer || item.kind() == ItemKind::decimal;
  value_ = fhir::json::Value::text_value(
      is_number ? fhir::json::Kind::number : fhir::json::Kind::string, text_, 0);
  element_ = {&value_, nullptr, nullptr, definitions.type(type)};
}

}  // namespace server::search
