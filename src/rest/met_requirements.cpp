#include "src/rest/met_requirements.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"

namespace server::rest {
namespace {

using fhir::json::items_at;
using fhir::json::Value;

constexpr std::string_view k_expectation =
    "http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation";

/// Without the extension a statement of requirements asks for what it names.
bool is_demanded(const Value& item) {
  for (const Value& extension : items_at(item, "extension")) {
    if (extension.string_at("url") == k_expectation)
      return extension.string_at("valueCode") == "SHALL";
  }
  return true;
}

using Names = std::set<std::string_view, std::less<>>;

Names names_of(const Value& offer, std::string_view list, std::string_view member) {
  Names names;
  for (const Value& item : items_at(offer, list)) names.insert(item.string_at(member));
  return names;
}

/// Whether each item of a list that is demanded is among those offered, by one of its members.
bool has_all(const Value& demand, const Value& offer, std::string_view list,
             std::string_view member) {
  const Names offered = names_of(offer, list, member);
  const auto items = items_at(demand, list);
  return std::all_of(items.begin(), items.end(), [&](const Value& item) {
    return !is_demanded(item) || offered.contains(item.string_at(member));
  });
}

/// Of searchInclude and searchRevInclude, which are plain strings; `Type:parameter:Target` is
/// within `Type:parameter`.
bool has_all_texts(const Value& demand, const Value& offer, std::string_view list) {
  Names offered;
  for (const Value& item : items_at(offer, list)) offered.insert(item.string());
  const auto items = items_at(demand, list);
  const auto marks = items_at(demand, "_" + std::string(list));
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i < marks.size() && !is_demanded(marks[i])) continue;
    std::string_view name = items[i].string();
    if (std::count(name.begin(), name.end(), ':') > 1) name = name.substr(0, name.rfind(':'));
    if (!offered.contains(name)) return false;
  }
  return true;
}

bool is_met(const Value& demand, const Value& offer) {
  return has_all(demand, offer, "interaction", "code") &&
         has_all(demand, offer, "searchParam", "name") &&
         has_all(demand, offer, "operation", "name");
}

const Value* resource_of(const Value& rest, std::string_view type) {
  for (const Value& resource : items_at(rest, "resource")) {
    if (resource.string_at("type") == type) return &resource;
  }
  return nullptr;
}

bool meets(const Value& requirements, const Value& offer) {
  bool is_for_servers = false;
  for (const Value& rest : items_at(requirements, "rest")) {
    if (rest.string_at("mode") != "server") continue;
    is_for_servers = true;
    if (!is_met(rest, offer)) return false;
    for (const Value& demand : items_at(rest, "resource")) {
      const Value* resource = resource_of(offer, demand.string_at("type"));
      if (resource == nullptr) {
        if (is_demanded(demand)) return false;
        continue;
      }
      if (!is_met(demand, *resource) || !has_all_texts(demand, *resource, "searchInclude") ||
          !has_all_texts(demand, *resource, "searchRevInclude"))
        return false;
    }
  }
  return is_for_servers;
}

}  // namespace

std::vector<std::string> met_requirements(const fhir::DefinitionStore& definitions,
                                          const Value& rest) {
  std::set<std::string> met;
  for (const fhir::ConformanceRecord& record : definitions.records("CapabilityStatement")) {
    if (record.url.empty()) continue;
    const auto document = fhir::json::Document::read(std::string(record.json));
    if (!document || document->root().string_at("kind") != "requirements") continue;
    if (meets(document->root(), rest))
      met.insert(std::string(record.url) +
                 (record.version.empty() ? "" : "|" + std::string(record.version)));
  }
  return {met.begin(), met.end()};
}

}  // namespace server::rest
