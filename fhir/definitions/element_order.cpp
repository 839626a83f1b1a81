// https://hl7.org/fhir/R4/elementdefinition.html
#include "fhir/definitions/element_order.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace fhir::definitions {
namespace {

constexpr std::array<std::string_view, 38> k_order = {"id",
                                                      "extension",
                                                      "modifierExtension",
                                                      "path",
                                                      "representation",
                                                      "sliceName",
                                                      "sliceIsConstraining",
                                                      "label",
                                                      "code",
                                                      "slicing",
                                                      "short",
                                                      "definition",
                                                      "comment",
                                                      "requirements",
                                                      "alias",
                                                      "min",
                                                      "max",
                                                      "base",
                                                      "contentReference",
                                                      "type",
                                                      "defaultValue",
                                                      "meaningWhenMissing",
                                                      "orderMeaning",
                                                      "fixed",
                                                      "pattern",
                                                      "example",
                                                      "minValue",
                                                      "maxValue",
                                                      "maxLength",
                                                      "condition",
                                                      "constraint",
                                                      "mustSupport",
                                                      "isModifier",
                                                      "isModifierReason",
                                                      "isSummary",
                                                      "binding",
                                                      "mapping",
                                                      ""};

constexpr std::array<std::string_view, 5> k_choices = {"fixed", "pattern", "minValue", "maxValue",
                                                       "defaultValue"};

int rank_of(std::string_view name) {
  static const auto ranks = [] {
    std::unordered_map<std::string_view, int> out;
    for (std::size_t i = 0; i < k_order.size(); ++i) out.emplace(k_order[i], static_cast<int>(i));
    return out;
  }();
  auto found = ranks.find(element_member_group(name));
  return found != ranks.end() ? found->second : static_cast<int>(k_order.size());
}

}  // namespace

std::string_view element_member_group(std::string_view name) {
  if (name.starts_with('_')) name.remove_prefix(1);
  for (std::string_view prefix : k_choices) {
    if (name.size() > prefix.size() && name.starts_with(prefix) && name[prefix.size()] >= 'A' &&
        name[prefix.size()] <= 'Z')
      return prefix;
  }
  return name;
}

void order_members(std::vector<json::Member>& members) {
  struct Ranked {
    int rank;
    json::Member member;
  };
  std::vector<Ranked> ranked;
  ranked.reserve(members.size());
  for (const json::Member& member : members) ranked.push_back({rank_of(member.name()), member});
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Ranked& a, const Ranked& b) { return a.rank < b.rank; });
  std::transform(ranked.begin(), ranked.end(), members.begin(),
                 [](const Ranked& r) { return r.member; });
}

}  // namespace fhir::definitions
