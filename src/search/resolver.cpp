// https://hl7.org/fhir/R4/references.html#contained
#include "src/search/resolver.h"

#include "src/search/reference_text.h"

namespace server::search {

std::optional<fhir::Element> ReferenceResolver::target(std::string_view reference) const {
  const ReferenceText text = read_reference(reference, {}, definitions_);
  if (text.kind != ReferenceKind::contained) {
    if (text.type.empty()) return {};
    return fhir::Element{nullptr, nullptr, nullptr, definitions_.type(text.type)};
  }
  if (text.id.empty()) return resource_;  // `#`: the resource that contains this one
  const fhir::json::Value* contained =
      resource_.value != nullptr ? resource_.value->find("contained") : nullptr;
  if (contained == nullptr) return {};
  for (const fhir::json::Value& candidate : contained->items()) {
    if (candidate.string_at("id") == text.id) return fhir::root_element(candidate, definitions_);
  }
  return {};
}

std::optional<fhir::Element> ReferenceResolver::resolve(std::string_view reference) {
  return target(reference);
}

const fhir::TypeSchema* ReferenceResolver::contained_type(std::string_view reference) const {
  const auto found = reference.starts_with('#') ? target(reference) : std::nullopt;
  return found ? found->type : nullptr;
}

std::string_view ReferenceResolver::type_of(const fhir::Element& reference) const {
  if (reference.value == nullptr) return {};
  const auto found = target(reference.value->is_object() ? reference.value->string_at("reference")
                                                         : reference.text());
  if (found && found->type != nullptr) return found->type->name;
  return reference.value->string_at("type");
}

}  // namespace server::search
