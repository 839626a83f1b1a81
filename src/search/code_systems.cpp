// https://hl7.org/fhir/R4/valueset.html#compositions
#include "src/search/code_systems.h"

#include "fhir/formats/json_document.h"

namespace server::search {
namespace {

std::string single_system(const fhir::DefinitionStore& definitions, std::string_view value_set) {
  const fhir::ConformanceRecord* record = definitions.record("ValueSet", value_set);
  if (record == nullptr) return {};
  const auto document = fhir::json::Document::read(std::string(record->json));
  if (!document) return {};
  const fhir::json::Value* compose = document->root().find("compose");
  const fhir::json::Value* includes = compose != nullptr ? compose->find("include") : nullptr;
  if (includes == nullptr) return {};
  std::string_view system;
  for (const fhir::json::Value& include : includes->items()) {
    const std::string_view found = include.string_at("system");
    if (found.empty() || (!system.empty() && found != system)) return {};
    system = found;
  }
  return std::string(system);
}

}  // namespace

CodeSystems::CodeSystems(const fhir::DefinitionStore& definitions)
    : definitions_(definitions),
      count_(definitions.bound_value_sets().size()),
      slots_(std::make_unique<Slot[]>(count_)) {}

std::string_view CodeSystems::of(const fhir::Binding& binding) const {
  if (binding.strength != fhir::BindingStrength::required || binding.index >= count_) return {};
  Slot& slot = slots_[binding.index];
  std::call_once(slot.once, [&] { slot.system = single_system(definitions_, binding.value_set); });
  return slot.system;
}

}  // namespace server::search
