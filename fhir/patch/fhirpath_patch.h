// FHIRPath Patch. https://hl7.org/fhir/R4/fhirpatch.html
#pragma once

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"
#include "fhir/model/terminology_provider.h"

namespace fhir::patch {

/// Applies the operations in order, all or none.
///
/// resource    an object with resourceType
/// patch       a Parameters resource, each parameter an `operation`: add, insert, delete, replace,
///             move
/// terminology what the paths are told of value sets and units; null: they know none
/// returns     a document that shares parts with both, which must outlive it; it has no positions.
///             An element left without content by a deletion is left out.
/// errors      invalid (400): no patch, or a path that is no FHIRPath · processing (422): a path
///             that does not select what the operation needs · too-costly: a limit was passed
/// source      https://hl7.org/fhir/R4/fhirpatch.html
Result<json::Document> apply_fhirpath_patch(const json::Value& resource, const json::Value& patch,
                                            const DefinitionStore& definitions,
                                            const TerminologyProvider* terminology = nullptr);

/// The patch that makes `to` of `from`, as a Parameters resource in JSON. Items of lists keep their
/// identity by equality or by id: what changed is patched in place, what moved is moved.
///
/// from, to    resources of one type
/// errors      invalid: of different types, or of a type that is not known
Result<std::string> fhirpath_patch_between(const json::Value& from, const json::Value& to,
                                           const DefinitionStore& definitions);

}  // namespace fhir::patch
