#include "src/consent/told_criterion.h"

#include <memory>
#include <utility>

#include "src/access/told_of.h"
#include "src/consent/withheld_criterion.h"
#include "src/search/compartment.h"

namespace server::consent {

using fhir::DefinitionStore;
using fhir::SearchParameter;
using search::Combination;
using search::Criterion;

std::vector<std::string_view> types_of_patients(const DefinitionStore& definitions) {
  auto types = search::compartment_types("Patient", definitions);
  types.push_back("Device");  // is of a patient, and R4's compartment leaves it out
  return types;
}

std::vector<Criterion> tells_of(std::string_view type, const std::vector<std::string_view>& targets,
                                const WithheldOfType& withheld,
                                const DefinitionStore& definitions) {
  std::vector<Criterion> any;
  for (const std::string_view code : access::leading_parameters(type)) {
    const SearchParameter* parameter = definitions.search_parameter(type, code);
    if (parameter == nullptr) continue;
    for (const std::string_view target : targets) {
      if (access::is_withheld_with_others(target)) continue;
      std::vector<Criterion> there = withheld(target);
      if (there.empty()) continue;
      Criterion chain;
      chain.parameter = parameter;
      chain.target_type = target;
      chain.chained = std::make_unique<Criterion>(combined(Combination::any, std::move(there)));
      any.push_back(std::move(chain));
    }
  }
  return any;
}

std::vector<Criterion> tells_of_nobody_known(std::string_view type,
                                             const DefinitionStore& definitions) {
  std::vector<Criterion> any;
  const SearchParameter* patient = definitions.search_parameter(type, "patient");
  for (const std::string_view code : access::leading_parameters(type)) {
    const SearchParameter* parameter = definitions.search_parameter(type, code);
    if (parameter == nullptr) continue;
    std::vector<Criterion> all(1);
    all.front().parameter = parameter;
    all.front().modifier = search::Modifier::nowhere;
    if (patient != nullptr) {
      all.emplace_back();
      all.back().parameter = patient;
      all.back().modifier = search::Modifier::missing;
      all.back().alternatives.emplace_back();
      all.back().alternatives.back().missing = true;
    }
    any.push_back(combined(Combination::all, std::move(all)));
  }
  return any;
}

}  // namespace server::consent
