#include "src/search/hierarchy.h"

#include <algorithm>

namespace server::search {
namespace {

using fhir::SearchParameter;

bool leads_to(const SearchParameter& parameter, std::string_view type) {
  return parameter.type == fhir::SearchParameterType::reference &&
         std::find(parameter.targets.begin(), parameter.targets.end(), type) !=
             parameter.targets.end();
}

// Whether an operand of the expression is the type's element of that name: `Location.partOf`.
bool has_element(std::string_view expression, std::string_view type, std::string_view element) {
  std::string path(type);
  path.append(".").append(element);
  const std::size_t at = expression.find(path);
  if (at == std::string_view::npos) return false;
  const std::size_t end = at + path.size();
  return end == expression.size() || expression[end] == ' ' || expression[end] == '|' ||
         expression[end] == '.';
}

bool is_part_of(const SearchParameter& parameter, std::string_view type) {
  return leads_to(parameter, type) && (has_element(parameter.expression, type, "partOf") ||
                                       has_element(parameter.expression, type, "parent"));
}

}  // namespace

fhir::Result<void> find_hierarchy(std::string_view resource_type, Criterion& criterion,
                                  const fhir::DefinitionStore& definitions) {
  const SearchParameter& parameter = *criterion.parameter;
  if (parameter.type != fhir::SearchParameterType::reference ||
      (criterion.modifier != Modifier::above && criterion.modifier != Modifier::below)) {
    return {};
  }
  if (leads_to(parameter, resource_type)) {
    criterion.hierarchy.push_back({std::string(resource_type), &parameter});
  }
  for (const std::string_view target : parameter.targets) {
    if (target == resource_type) continue;
    for (const SearchParameter* candidate : definitions.search_parameters_of(target)) {
      if (is_part_of(*candidate, target)) {
        criterion.hierarchy.push_back({std::string(target), candidate});
      }
    }
  }
  if (!criterion.hierarchy.empty()) return {};
  return fhir::unexpected(
      fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::invalid,
                       "what this parameter refers to has no hierarchy to be above or below in"));
}

}  // namespace server::search
