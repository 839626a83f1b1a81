// https://hl7.org/fhir/R4/json.html
#include "fhir/model/element.h"

namespace fhir {

const TypeSchema* resource_type_of(const json::Value& object, const DefinitionStore& definitions) {
  const TypeSchema* type = definitions.type(object.string_at("resourceType"));
  return type != nullptr && type->kind == TypeKind::resource ? type : nullptr;
}

Element root_element(const json::Value& resource, const DefinitionStore& definitions) {
  return Element{&resource, nullptr, nullptr, resource_type_of(resource, definitions)};
}

namespace detail {

const TypeSchema* concrete_type(const TypeRef* type, const json::Value* value) {
  if (type == nullptr || type->type == nullptr) return nullptr;
  if (type->type->kind != TypeKind::resource || value == nullptr) return type->type;
  return resource_type_of(*value, *type->type->store);
}

}  // namespace detail
}  // namespace fhir
