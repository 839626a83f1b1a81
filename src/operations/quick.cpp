#include "src/operations/quick.h"

#include <algorithm>
#include <initializer_list>

#include "src/operations/parameters.h"
#include "src/operations/terminology_subject.h"
#include "terminology/concept_map.h"
#include "terminology/terminology.h"
#include "terminology/value_set.h"

namespace server::operations {
namespace {

using terminology::CodeSystem;
using terminology::ConceptId;
using terminology::ConceptMap;
using terminology::MapGroup;
using terminology::ValueSet;

constexpr std::size_t k_parts_max = 500;                 // of what is said of one concept
constexpr std::size_t k_clauses_max = 32;                // of a value set and its imports
constexpr std::size_t k_resource_bytes_max = 64 * 1024;  // should the value set's own text be read

bool has_only(const Parameters& parameters, std::initializer_list<std::string_view> names) {
  const auto items = parameters.items();
  return std::all_of(items.begin(), items.end(), [&](const fhir::json::Value& parameter) {
    const std::string_view name = parameter.string_at("name");
    return std::find(names.begin(), names.end(), name) != names.end();
  });
}

const CodeSystem* kept_system(const Invocation& invocation, std::string_view url,
                              std::string_view version) {
  return url.empty() ? nullptr : invocation.services->terminology->kept_code_system(url, version);
}

/// Whether all that is said of a code is soon said.
bool is_short(const CodeSystem& system, std::string_view code) {
  const ConceptId id = system.find(code);
  return id == terminology::k_no_concept ||
         system.property_count(id) + system.designation_count(id) + system.parents(id).size() +
                 system.children(id).size() <=
             k_parts_max;
}

}  // namespace

bool is_quick_lookup(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  if (!has_only(parameters, {"code", "system", "version", "property", "displayLanguage"}))
    return false;
  const CodeSystem* system =
      kept_system(invocation, parameters.text("system"), parameters.text("version"));
  return system != nullptr && is_short(*system, parameters.text("code"));
}

bool is_quick_subsumes(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  return invocation.id.empty() && has_only(parameters, {"codeA", "codeB", "system", "version"}) &&
         kept_system(invocation, parameters.text("system"), parameters.text("version")) != nullptr;
}

bool is_quick_validation_in_system(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  if (!invocation.id.empty() ||
      !has_only(parameters, {"url", "code", "version", "display", "displayLanguage", "abstract"}))
    return false;
  const CodeSystem* system =
      kept_system(invocation, parameters.text("url"), parameters.text("version"));
  return system != nullptr && is_short(*system, parameters.text("code"));
}

bool is_quick_validation_in_set(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  if (!invocation.id.empty() || !has_only(parameters, {"url", "valueSetVersion", "system", "code",
                                                       "display", "displayLanguage", "abstract"}))
    return false;
  const CodeSystem* system = kept_system(invocation, parameters.text("system"), {});
  if (system == nullptr || !is_short(*system, parameters.text("code"))) return false;
  const std::string canonical =
      canonical_of(parameters.text("url"), parameters.text("valueSetVersion"));
  const ValueSet* set = invocation.services->terminology->kept_value_set(canonical);
  if (set == nullptr || set->weight() > k_clauses_max || !set->supplements().empty()) return false;
  const auto* record = invocation.services->definitions->record("ValueSet", canonical);
  return record == nullptr || record->json.size() <= k_resource_bytes_max;
}

bool is_quick_translation(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  if (!invocation.id.empty() ||
      !has_only(parameters, {"url", "conceptMapVersion", "system", "code", "targetsystem"}))
    return false;
  const ConceptMap* map = invocation.services->terminology->kept_concept_map(
      canonical_of(parameters.text("url"), parameters.text("conceptMapVersion")));
  if (map == nullptr) return false;
  const auto groups = map->groups();
  return groups.size() <= k_clauses_max &&
         std::none_of(groups.begin(), groups.end(), [](const MapGroup& group) {
           return group.unmapped == MapGroup::Unmapped::other_map;
         });
}

}  // namespace server::operations
