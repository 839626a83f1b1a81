#include "fhir/fhirpath/element_definitions.h"

#include <string>

namespace fhir::fhirpath {

const json::Value* ElementDefinitions::structure(std::string_view type_name) {
  const TypeSchema* type = definitions_.type(type_name);
  if (type == nullptr) return nullptr;
  if (const auto at = by_type_.find(type->name); at != by_type_.end()) return at->second;
  const json::Value* found = nullptr;
  if (const ConformanceRecord* record = definitions_.record("StructureDefinition", type->url)) {
    auto document = json::Document::read(std::string(record->json));
    if (document) found = &documents_.emplace_back(*std::move(document)).root();
  }
  by_type_.emplace(type->name, found);
  return found;
}

std::optional<Element> ElementDefinitions::find(const Element& element) {
  const std::string_view path = element.definition != nullptr ? element.definition->path
                                : element.type != nullptr     ? element.type->name
                                                              : std::string_view{};
  const json::Value* definition = structure(path.substr(0, path.find('.')));
  const json::Value* snapshot = definition != nullptr ? definition->find("snapshot") : nullptr;
  const json::Value* elements = snapshot != nullptr ? snapshot->find("element") : nullptr;
  if (elements == nullptr) return std::nullopt;
  for (const json::Value& candidate : elements->items()) {
    if (candidate.string_at("path") == path)
      return Element{&candidate, nullptr, nullptr, definitions_.type("ElementDefinition")};
  }
  return std::nullopt;
}

}  // namespace fhir::fhirpath
