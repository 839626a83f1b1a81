#include "src/rest/rest_operations.h"

#include <algorithm>
#include <array>

#include "src/rest/interactions/interactions.h"

namespace server::rest {

using operations::level_instance;
using operations::level_system;
using operations::level_type;

std::span<const RestOperation> rest_operations() {
  static constexpr auto k_operations = std::to_array<RestOperation>({
      {"meta", "http://hl7.org/fhir/OperationDefinition/Resource-meta", "",
       level_system | level_type | level_instance, false, true, meta},
      {"meta-add", "http://hl7.org/fhir/OperationDefinition/Resource-meta-add", "", level_instance,
       true, false, meta_add},
      {"meta-delete", "http://hl7.org/fhir/OperationDefinition/Resource-meta-delete", "",
       level_instance, true, false, meta_delete},
      {"versions", "http://hl7.org/fhir/OperationDefinition/CapabilityStatement-versions", "",
       level_system, false, false, versions},
      {"everything", "http://hl7.org/fhir/OperationDefinition/Patient-everything", "Patient",
       level_type | level_instance, false, false, everything},
      {"everything", "http://hl7.org/fhir/OperationDefinition/Encounter-everything", "Encounter",
       level_instance, false, false, everything},
      {"document", "http://hl7.org/fhir/OperationDefinition/Composition-document", "Composition",
       level_type | level_instance, false, false, document},
      {"docref", "http://hl7.org/fhir/us/core/OperationDefinition/docref", "DocumentReference",
       level_type, false, false, docref},
      {"lastn", "http://hl7.org/fhir/OperationDefinition/Observation-lastn", "Observation",
       level_type, false, false, lastn},
      {"stats", "http://hl7.org/fhir/OperationDefinition/Observation-stats", "Observation",
       level_type, false, false, stats},
      {"convert", "http://hl7.org/fhir/OperationDefinition/Resource-convert", "", level_system,
       false, false, convert},
      {"diff", "", "", level_system | level_instance, false, true, diff},
      {"reindex", "", "", level_system | level_type | level_instance, false, false, reindex, false,
       true},
      {"process-message", "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message",
       "", level_system, true, false, process_message},
      {"match", "http://hl7.org/fhir/OperationDefinition/Patient-match", "Patient", level_type,
       false, false, match_patient},
      {"expunge", "", "", level_system | level_type | level_instance, true, true, expunge},
      {"graphql", "http://hl7.org/fhir/OperationDefinition/Resource-graphql", "",
       level_system | level_instance, false, false, graphql, true},
      {"export", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export", "", level_system,
       false, false, export_data},
      {"export", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export", "Patient",
       level_type, false, false, export_data},
      {"export", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export", "Group",
       level_instance, false, false, export_data},
      // A proposal that has no published definition yet: own_operations.h has one.
      {"import", "", "", level_system | level_type, true, false, import_data, true},
      {"delete-history", "", "", level_instance, true, true, delete_history},
  });
  return k_operations;
}

bool operation_takes_any_type(std::string_view operation) {
  const auto all = rest_operations();
  return std::any_of(all.begin(), all.end(), [&](const RestOperation& candidate) {
    return candidate.takes_any_type && candidate.name == operation;
  });
}

bool affects_state(const Call& call) {
  if (const RestOperation* own = find_rest_operation(call)) {
    return own->affects_state || (own->post_affects_state && !call.is_get);
  }
  const auto all = operations::all_operations();
  return std::any_of(all.begin(), all.end(), [&](const operations::Operation& candidate) {
    return candidate.name == call.operation && candidate.affects_state;
  });
}

const RestOperation* find_rest_operation(const Call& call) {
  const std::uint8_t level = call.type.empty() ? level_system
                             : call.id.empty() ? level_type
                                               : level_instance;
  for (const RestOperation& operation : rest_operations()) {
    if (operation.name != call.operation || (operation.levels & level) == 0) continue;
    if (!operation.resource_type.empty() && operation.resource_type != call.type) continue;
    if (!call.version.empty() && !operation.on_versions) continue;
    return &operation;
  }
  return nullptr;
}

}  // namespace server::rest
