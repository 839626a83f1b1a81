#include "src/consent/hierarchy.h"

#include <algorithm>
#include <array>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"

namespace server::consent {
namespace {

constexpr unsigned k_depth_max = 40;
constexpr std::string_view k_levels = "ULMNRV";

void descend(const fhir::json::Value& concept_, std::vector<std::string>& above,
             std::unordered_map<std::string, std::vector<std::string>>& below,
             std::string_view system) {
  const std::string code(concept_.string_at("code"));
  if (above.size() >= k_depth_max) return;
  above.push_back(code);
  for (const std::string& one : above) below[std::string(system) + "|" + one].push_back(code);
  for (const fhir::json::Value& child : fhir::json::items_at(concept_, "concept"))
    descend(child, above, below, system);
  above.pop_back();
}

std::vector<Code> levels(std::string_view letters) {
  std::vector<Code> out;
  for (const char letter : letters) {
    Code& code = out.emplace_back();
    code.system = k_confidentiality;
    code.code = letter;
  }
  return out;
}

}  // namespace

Hierarchy::Hierarchy(const fhir::DefinitionStore& definitions) {
  read(k_act_reason, definitions);
  read(k_act_code, definitions);
}

void Hierarchy::read(std::string_view system, const fhir::DefinitionStore& definitions) {
  const fhir::ConformanceRecord* record = definitions.record("CodeSystem", system);
  if (record == nullptr) return;
  const auto document = fhir::json::Document::read(std::string(record->json));
  if (!document) return;
  std::vector<std::string> above;
  for (const fhir::json::Value& one : fhir::json::items_at(document->root(), "concept"))
    descend(one, above, below_, system);
}

std::vector<Code> Hierarchy::at_or_below(const Code& code) const {
  const auto found = below_.find(code.system + "|" + code.code);
  if (found == below_.end()) return {code};
  std::vector<Code> out;
  for (const std::string& one : found->second) {
    Code& below = out.emplace_back();
    below.system = code.system;
    below.code = one;
  }
  return out;
}

bool Hierarchy::covers(const Code& above, const Code& code) const {
  if (above.system != code.system) return false;
  if (above.code == code.code) return true;
  const auto found = below_.find(above.system + "|" + above.code);
  return found != below_.end() &&
         std::find(found->second.begin(), found->second.end(), code.code) != found->second.end();
}

std::vector<Code> confidentiality_from(std::string_view level) {
  return levels(k_levels.substr(std::min(k_levels.find(level), k_levels.size())));
}

std::vector<Code> confidentiality_to(std::string_view level) {
  const std::size_t at = k_levels.find(level);
  return levels(k_levels.substr(0, at == std::string_view::npos ? 0 : at + 1));
}

Level level_of(const Code& code) {
  if (code.system != k_confidentiality || code.code.size() != 1) return Level::none;
  const std::size_t at = k_levels.find(code.code);
  const std::size_t normal = k_levels.find('N');
  if (at == std::string_view::npos) return Level::none;
  return at < normal ? Level::below_normal : at == normal ? Level::normal : Level::above_normal;
}

}  // namespace server::consent
