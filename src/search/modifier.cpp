#include "src/search/modifier.h"

#include <algorithm>
#include <array>

#include "src/search/special.h"

namespace server::search {
namespace {

using fhir::SearchParameterType;

struct Named {
  std::string_view name;
  Modifier modifier;
};

constexpr std::array<Named, 13> k_modifiers = {{
    {"missing", Modifier::missing},
    {"exact", Modifier::exact},
    {"contains", Modifier::contains},
    {"not", Modifier::not_},
    {"text", Modifier::text},
    {"in", Modifier::in},
    {"not-in", Modifier::not_in},
    {"above", Modifier::above},
    {"below", Modifier::below},
    {"of-type", Modifier::of_type},
    {"identifier", Modifier::identifier},
    {"code-text", Modifier::code_text},
    {"text-advanced", Modifier::text_advanced},
}};

}  // namespace

std::optional<Modifier> modifier_of(std::string_view name) {
  const auto found = std::find_if(k_modifiers.begin(), k_modifiers.end(),
                                  [&](const Named& named) { return named.name == name; });
  if (found == k_modifiers.end()) return {};
  return found->modifier;
}

std::string_view name_of(Modifier modifier) {
  for (const Named& named : k_modifiers) {
    if (named.modifier == modifier) return named.name;
  }
  return {};
}

std::string modifiers_of(const fhir::SearchParameter& parameter) {
  // The resource itself answers for these two, and text searches take none.
  if (parameter.code == "_id") return ":missing, :not";
  if (parameter.code == "_lastUpdated") return ":missing";
  if (is_special_name(parameter.code)) return {};
  std::string all;
  for (const Named& named : k_modifiers) {
    if (!applies_to(named.modifier, parameter.type)) continue;
    all.append(all.empty() ? ":" : ", :").append(named.name);
  }
  if (applies_to(Modifier::type, parameter.type)) all += ", :[type]";
  return all;
}

bool applies_to(Modifier modifier, SearchParameterType type) {
  switch (modifier) {
    case Modifier::none:
      return true;
    case Modifier::missing:  // "for all parameters (except combination)"
      return type != SearchParameterType::composite;
    case Modifier::exact:
    case Modifier::contains:
      return type == SearchParameterType::string;
    case Modifier::not_:
    case Modifier::text:
    case Modifier::in:
    case Modifier::not_in:
    case Modifier::of_type:
    case Modifier::code_text:
    case Modifier::text_advanced:
      return type == SearchParameterType::token;
    case Modifier::above:
    case Modifier::below:
      return type == SearchParameterType::token || type == SearchParameterType::uri ||
             type == SearchParameterType::reference;
    case Modifier::identifier:
    case Modifier::type:
    case Modifier::nowhere:
      return type == SearchParameterType::reference;
    case Modifier::compared:
      return type == SearchParameterType::string || type == SearchParameterType::token ||
             type == SearchParameterType::uri;
  }
  return false;
}

}  // namespace server::search
