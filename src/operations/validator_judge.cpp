#include "src/operations/validator_judge.h"

#include <string>

#include "fhir/validation/validator.h"

namespace server::operations {

std::optional<bool> ValidatorJudge::conforms_to(const fhir::Element& element,
                                                std::string_view canonical) {
  if (!element.is_resource() || element.value == nullptr ||
      definitions_.record("StructureDefinition", canonical) == nullptr)
    return std::nullopt;
  const fhir::validation::Validator* validator = validator_ ? validator_() : nullptr;
  if (validator == nullptr) return std::nullopt;
  fhir::validation::Options options;
  options.profiles.emplace_back(canonical);
  options.least = fhir::Severity::error;
  fhir::IssueList found;
  validator->validate(document_, *element.value, std::string(element.type->name), options, found);
  return !found.has_errors();
}

std::optional<bool> ValidatorJudge::is_in_slice(const fhir::Element&, std::string_view,
                                                std::string_view) {
  return std::nullopt;
}

}  // namespace server::operations
