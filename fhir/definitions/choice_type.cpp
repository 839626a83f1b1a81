// https://hl7.org/fhir/R4/formats.html#choice
#include "fhir/definitions/choice_type.h"

#include <algorithm>

namespace fhir::definitions {
namespace {

bool is_capitalized(std::string_view text, std::string_view code) {
  if (text.size() != code.size() || text.empty()) return false;
  const char first = code[0] >= 'a' && code[0] <= 'z' ? static_cast<char>(code[0] - 32) : code[0];
  return text[0] == first && text.substr(1) == code.substr(1);
}

}  // namespace

std::string_view chosen_type(const DraftNode& choice, std::string_view name) {
  if (!choice.name.ends_with("[x]")) return {};
  const std::string_view stem = choice.name.substr(0, choice.name.size() - 3);
  const json::Value* types = choice.find("type");
  if (!name.starts_with(stem) || types == nullptr) return {};
  for (const json::Value& type : types->items()) {
    const std::string_view code = type.string_at("code");
    if (is_capitalized(name.substr(stem.size()), code)) return code;
  }
  return {};
}

void narrow_types(DraftNode& node, const std::vector<std::string_view>& codes, Arena& arena) {
  const json::Value* types = node.find("type");
  if (types == nullptr) return;
  std::vector<json::Value> kept;
  for (const json::Value& type : types->items()) {
    if (std::find(codes.begin(), codes.end(), type.string_at("code")) != codes.end())
      kept.push_back(type);
  }
  if (!kept.empty()) node.set("type", make_array(kept, arena));
}

}  // namespace fhir::definitions
