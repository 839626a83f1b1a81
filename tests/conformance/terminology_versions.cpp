// https://hl7.org/fhir/R5/conceptmap.html#equivalence (the map of relationships to equivalences)
#include "conformance/terminology_versions.h"

#include <algorithm>
#include <map>

namespace terminology_suite {
namespace {

constexpr std::string_view k_property =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.property";
constexpr std::string_view k_code_property =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property";

void bring_down_map(Json& map) {
  static const std::map<std::string_view, std::string_view> k_equivalences = {
      {"equivalent", "equivalent"},
      {"source-is-narrower-than-target", "wider"},
      {"source-is-broader-than-target", "narrower"},
      {"related-to", "relatedto"},
      {"not-related-to", "disjoint"}};
  map.rename("sourceScopeUri", "sourceUri");
  map.rename("sourceScopeCanonical", "sourceCanonical");
  map.rename("targetScopeUri", "targetUri");
  map.rename("targetScopeCanonical", "targetCanonical");
  Json* groups = map.find("group");
  if (groups == nullptr) return;
  for (Json& group : groups->items) {
    if (Json* unmapped = group.find("unmapped")) {
      unmapped->remove("relationship");
      unmapped->rename("otherMap", "url");
      Json* mode = unmapped->find("mode");
      if (mode != nullptr && mode->text == "use-source-code") mode->text = "provided";
    }
    Json* elements = group.find("element");
    if (elements == nullptr) continue;
    for (Json& element : elements->items) {
      Json* targets = element.find("target");
      if (targets == nullptr) continue;
      for (Json& target : targets->items) {
        const Json* relationship = target.find("relationship");
        if (relationship == nullptr) continue;
        const auto found = k_equivalences.find(relationship->text);
        const std::string equivalence(
            found != k_equivalences.end() ? found->second : std::string_view("relatedto"));
        target.remove("relationship");
        target.set("equivalence", Json::string(equivalence));
      }
    }
  }
}

/// Moves the extensions of one url into a member of their own.
void lift(Json& owner, std::string_view url, std::string_view member) {
  Json* extensions = owner.find("extension");
  if (extensions == nullptr) return;
  Json lifted;
  lifted.kind = fhir::json::Kind::array;
  for (const Json& extension : extensions->items) {
    if (extension.string_at("url") != url) continue;
    Json property;
    property.kind = fhir::json::Kind::object;
    const Json* parts = extension.find("extension");
    for (const Json& part : parts != nullptr ? parts->items : std::vector<Json>{}) {
      const std::string_view name = part.string_at("url");
      for (const auto& [key, value] : part.members) {
        if (key.starts_with("value"))
          property.set(name == "value" ? key : std::string(name), value);
      }
    }
    lifted.items.push_back(std::move(property));
  }
  std::erase_if(extensions->items,
                [&](const Json& extension) { return extension.string_at("url") == url; });
  if (extensions->items.empty()) owner.remove("extension");
  if (!lifted.items.empty()) owner.set(member, std::move(lifted));
}

void lift_codes(Json& owner) {
  Json* codes = owner.find("contains");
  if (codes == nullptr) return;
  for (Json& code : codes->items) {
    lift(code, k_code_property, "property");
    lift_codes(code);
  }
}

}  // namespace

void bring_down(Json& resource) {
  const std::string_view type = resource.string_at("resourceType");
  if (type == "Parameters") {
    Json* parameters = resource.find("parameter");
    if (parameters == nullptr) return;
    for (Json& parameter : parameters->items) {
      if (Json* held = parameter.find("resource")) bring_down(*held);
    }
    return;
  }
  for (std::string_view name : {"versionAlgorithmString", "versionAlgorithmCoding",
                                "copyrightLabel", "approvalDate", "lastReviewDate"})
    resource.remove(name);
  std::erase_if(resource.members,
                [](const auto& member) { return member.first.find(':') != std::string::npos; });
  if (type == "ConceptMap") bring_down_map(resource);
}

void lift_properties(Json& value_set) {
  Json* expansion = value_set.find("expansion");
  if (expansion == nullptr) return;
  lift(*expansion, k_property, "property");
  lift_codes(*expansion);
}

}  // namespace terminology_suite
