#include "src/access/told_of.h"

#include <array>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"
#include "src/search/reference_text.h"

namespace server::access {

using fhir::json::Value;

std::span<const std::string_view> leading_parameters(std::string_view type) {
  static constexpr std::array<std::string_view, 2> k_of_provenance{"target", "entity"};
  static constexpr std::array<std::string_view, 1> k_of_event{"entity"};
  if (type == "Provenance") return k_of_provenance;
  if (type == "AuditEvent") return k_of_event;
  return {};
}

std::vector<Led> led_to(std::string_view type, std::string_view body,
                        const fhir::DefinitionStore& definitions) {
  std::vector<Led> found;
  const auto document = fhir::json::Document::read(std::string(body));
  if (!document) return found;
  const auto add = [&](const Value* reference) {
    if (reference == nullptr) return;
    const auto to = search::read_reference(reference->string_at("reference"), {}, definitions);
    if (to.kind == search::ReferenceKind::contained || to.type.empty()) return;
    if (!is_withheld_with_others(to.type))
      found.push_back({std::string(to.type), std::string(to.id)});
  };
  const Value& root = document->root();
  if (type == "Binary") add(root.find("securityContext"));
  if (type == "Provenance") {
    for (const Value& target : fhir::json::items_at(root, "target")) add(&target);
  }
  for (const Value& entity : fhir::json::items_at(root, "entity")) add(entity.find("what"));
  return found;
}

}  // namespace server::access
