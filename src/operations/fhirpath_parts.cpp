#include "src/operations/fhirpath_parts.h"

#include <string>

#include "fhir/fhirpath/item_json.h"

namespace server::operations {
namespace {

using fhir::Element;
using fhir::fhirpath::Item;
using fhir::fhirpath::ItemKind;
using fhir::json::Builder;

constexpr std::string_view k_resource_path =
    "http://fhir.forms-lab.com/StructureDefinition/resource-path";

/// `valueHumanName`, empty where Parameters.parameter.value[x] has no such type.
std::string value_name(std::string_view type, const fhir::DefinitionStore& definitions) {
  const fhir::TypeSchema* parameters = definitions.type("Parameters");
  const fhir::ElementSchema* parameter =
      parameters != nullptr ? parameters->element("parameter") : nullptr;
  if (parameter == nullptr || type.empty() || parameter->types.empty() ||
      parameter->types[0].type == nullptr)
    return {};
  std::string name = "value" + std::string(type);
  if (name[5] >= 'a' && name[5] <= 'z') name[5] = static_cast<char>(name[5] - 'a' + 'A');
  const auto* property = parameter->types[0].type->property(name, fhir::name_hash(name));
  return property != nullptr ? name : std::string();
}

void write_extension(Builder& out, std::string_view url, std::string_view text) {
  out.begin_object().string("url", url).string("valueString", text).end_object();
}

void write_extensions(Builder& out, std::string_view path, const std::string& json) {
  if (path.empty() && json.empty()) return;
  out.key("extension").begin_array();
  if (!path.empty()) write_extension(out, k_resource_path, path);
  if (!json.empty()) write_extension(out, k_json_value, json);
  out.end_array();
}

void write_quantity(Builder& out, const fhir::fhirpath::Quantity& quantity) {
  out.key("valueQuantity").begin_object().raw("value", quantity.value.to_string());
  out.string("unit", quantity.unit);
  if (!quantity.is_calendar)
    out.string("system", "http://unitsofmeasure.org").string("code", quantity.unit);
  out.end_object();
}

void write_element(Builder& out, const Element& element, const std::string& name) {
  if (element.value != nullptr) out.key(name).value(*element.value);
  if (element.sibling != nullptr) out.key("_" + name).value(*element.sibling);
}

}  // namespace

void write_item_part(Builder& out, const Item& item, fhir::fhirpath::ElementPaths& paths,
                     const fhir::DefinitionStore& definitions) {
  const Element* element = item.element();
  const std::string_view type = fhir::fhirpath::type_label(item);
  const bool is_resource =
      element != nullptr && element->is_resource() && element->value != nullptr;
  const std::string name = value_name(type, definitions);
  const bool is_empty_text = item.kind() == ItemKind::string && item.string().empty();
  std::string json;
  if (!is_resource && name.empty()) fhir::fhirpath::append_json(json, item);
  out.begin_object();
  write_extensions(out, element != nullptr ? paths.find(*element) : std::string(), json);
  out.string("name", is_empty_text ? "empty-string" : type);
  if (is_resource) {
    out.key("resource").value(*element->value);
  } else if (item.kind() == ItemKind::quantity) {
    write_quantity(out, item.quantity());
  } else if (!name.empty() && element != nullptr) {
    write_element(out, *element, name);
  } else if (!name.empty() && !is_empty_text) {
    std::string value;
    fhir::fhirpath::append_json(value, item);
    out.raw(name, value);
  }
  out.end_object();
}

}  // namespace server::operations
