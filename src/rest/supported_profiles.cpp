#include "src/rest/supported_profiles.h"

#include "fhir/formats/json_document.h"

namespace server::rest {

std::map<std::string, std::set<std::string>, std::less<>> supported_profiles(
    const fhir::DefinitionStore& definitions) {
  constexpr std::string_view k_core = "http://hl7.org/fhir/StructureDefinition/";
  std::map<std::string, std::set<std::string>, std::less<>> out;
  for (const fhir::ConformanceRecord& record : definitions.records("StructureDefinition")) {
    if (record.url.empty() || record.url.starts_with(k_core)) continue;
    const auto document = fhir::json::Document::read(std::string(record.json));
    if (!document) continue;
    const fhir::json::Value& structure = document->root();
    if (structure.string_at("kind") == "resource" &&
        structure.string_at("derivation") == "constraint")
      out[std::string(structure.string_at("type"))].emplace(record.url);
  }
  return out;
}

}  // namespace server::rest
