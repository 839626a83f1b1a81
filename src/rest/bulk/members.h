// Whose data an export of patients holds: the members of a group, and what of each type is theirs.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html#endpoint---group-of-patients
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "src/search/query.h"
#include "src/storage/store.h"

namespace server::rest {

/// Ids of the patients who are members at a time: not inactive, and within their period. Groups
/// that are members of the group bring their own.
///
/// errors   of the read · too-costly: more than a million
fhir::Result<std::set<std::string>> patients_of_group(storage::Reader& reader, std::string_view id,
                                                      std::int64_t at_ms);

/// The same of the group as it was at a time; empty when it was not there.
fhir::Result<std::set<std::string>> patients_of_group_then(storage::Reader& reader,
                                                           std::string_view id, std::int64_t at_ms);

/// What a resource of the type must match to be of one of the patients: a parameter of the patient
/// compartment, or `patient`. Nothing when no resource of the type is a patient's.
///
/// A Group is nobody's here: it names all its members. A patient's record that links to another is
/// not the other's.
///
/// ids   not empty
std::optional<search::Criterion> of_patients(std::string_view type,
                                             std::span<const std::string> ids,
                                             const fhir::DefinitionStore& definitions);

/// The same of any patient of this server. For Patient itself it asks for nothing: `parts` is
/// empty. A Group with patients is among them.
std::optional<search::Criterion> of_any_patient(std::string_view type,
                                                const fhir::DefinitionStore& definitions);

/// `_id`
search::Criterion of_ids(std::string_view type, std::span<const std::string> ids,
                         const fhir::DefinitionStore& definitions);

}  // namespace server::rest
