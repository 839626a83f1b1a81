#include "src/rest/parameter_name.h"

#include <algorithm>
#include <string>

#include "fhir/formats/json_document.h"

namespace server::rest {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool differ_in_case_alone(std::string_view a, std::string_view b) {
  return a != b && std::equal(a.begin(), a.end(), b.begin(), b.end(),
                              [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

fhir::Result<void> check_parameter_name(const fhir::DefinitionStore& definitions,
                                        const fhir::json::Value& resource) {
  const fhir::json::Value* bases = resource.find("base");
  if (resource.string_at("resourceType") != "SearchParameter" || bases == nullptr) return {};
  const std::string_view code = resource.string_at("code"), url = resource.string_at("url");
  const auto is_base = [&](std::string_view type) {
    return std::any_of(bases->items().begin(), bases->items().end(),
                       [&](const fhir::json::Value& base) {
                         const std::string_view name = base.is_string() ? base.string() : "";
                         return name == type || name == "Resource" || name == "DomainResource";
                       });
  };
  for (const std::string_view type : definitions.resource_types()) {
    if (!is_base(type)) continue;
    for (const fhir::SearchParameter* other : definitions.search_parameters_of(type)) {
      if (other->url == url || !differ_in_case_alone(other->code, code)) continue;
      return fhir::unexpected(fhir::make_issue(
          fhir::Situation::unprocessable, fhir::IssueType::business_rule,
          std::string(type) + " has the search parameter `" + std::string(other->code) +
              "`: the names of two may not differ in case alone"));
    }
  }
  return {};
}

}  // namespace server::rest
