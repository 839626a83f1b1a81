// The table of operations. A new operation is one file and one row.
#include <array>

#include "src/operations/closure.h"
#include "src/operations/expand.h"
#include "src/operations/fhirpath.h"
#include "src/operations/find_matches.h"
#include "src/operations/lookup.h"
#include "src/operations/operation.h"
#include "src/operations/preferred_id.h"
#include "src/operations/quick.h"
#include "src/operations/snapshot.h"
#include "src/operations/subsumes.h"
#include "src/operations/translate.h"
#include "src/operations/validate.h"
#include "src/operations/validate_code.h"

namespace server::operations {

std::span<const Operation> all_operations() {
  static constexpr std::array<Operation, 14> k_operations = {{
      {"lookup", "http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup", "CodeSystem",
       level_type, false, false, lookup, is_quick_lookup},
      {"validate-code", "http://hl7.org/fhir/OperationDefinition/CodeSystem-validate-code",
       "CodeSystem", level_type | level_instance, false, false, validate_code_of_code_system,
       is_quick_validation_in_system},
      {"subsumes", "http://hl7.org/fhir/OperationDefinition/CodeSystem-subsumes", "CodeSystem",
       level_type | level_instance, false, false, subsumes, is_quick_subsumes},
      {"expand", "http://hl7.org/fhir/OperationDefinition/ValueSet-expand", "ValueSet",
       level_type | level_instance, false, false, expand, nullptr, expand_in_pieces},
      {"validate-code", "http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code",
       "ValueSet", level_type | level_instance, false, false, validate_code_of_value_set,
       is_quick_validation_in_set},
      {"batch-validate-code", "", "CodeSystem", level_type, false, false,
       batch_validate_code_of_code_system},
      {"batch-validate-code", "", "ValueSet", level_type, false, false,
       batch_validate_code_of_value_set},
      {"find-matches", "http://hl7.org/fhir/OperationDefinition/CodeSystem-find-matches",
       "CodeSystem", level_type | level_instance, false, false, find_matches},
      {"closure", "http://hl7.org/fhir/OperationDefinition/ConceptMap-closure", "", level_system,
       true, false, closure},
      {"preferred-id", "http://hl7.org/fhir/OperationDefinition/NamingSystem-preferred-id",
       "NamingSystem", level_type, false, false, preferred_id},
      {"translate", "http://hl7.org/fhir/OperationDefinition/ConceptMap-translate", "ConceptMap",
       level_type | level_instance, false, false, translate, is_quick_translation},
      {"validate", "http://hl7.org/fhir/OperationDefinition/Resource-validate", "",
       level_type | level_instance, false, true, validate},
      {"snapshot", "http://hl7.org/fhir/OperationDefinition/StructureDefinition-snapshot",
       "StructureDefinition", level_type | level_instance, false, false, snapshot},
      {"fhirpath", "http://fhirpath-lab.org/OperationDefinition/fhirpath", "", level_system, false,
       false, fhirpath},
  }};
  return k_operations;
}

}  // namespace server::operations
