#include "fhir/validation/rule_context.h"

namespace fhir::validation {

ResourceRule rule_for(std::string_view resource_type) {
  struct Entry {
    std::string_view type;
    ResourceRule rule;
  };
  constexpr Entry k_rules[] = {
      {"Questionnaire", check_questionnaire},
      {"QuestionnaireResponse", check_questionnaire_response},
      {"MeasureReport", check_measure_report},
      {"CodeSystem", check_code_system},
      {"ValueSet", check_value_set},
      {"ConceptMap", check_concept_map},
      {"SearchParameter", check_search_parameter},
      {"StructureDefinition", check_structure_definition},
      {"OperationDefinition", check_operation_definition},
  };
  for (const Entry& entry : k_rules) {
    if (entry.type == resource_type) return entry.rule;
  }
  return nullptr;
}

}  // namespace fhir::validation
