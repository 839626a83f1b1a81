// JSON Patch. RFC 6902, https://hl7.org/fhir/R4/http.html#patch
#pragma once

#include "fhir/formats/json_document.h"

namespace fhir::patch {

/// Applies the operations in order, all or none.
///
/// target     any JSON value; for a resource, use patch_resource
/// patch      an array of operations: add, remove, replace, move, copy, test
/// returns    a document that shares parts with both, which must outlive it; it has no positions
/// errors     invalid (400): no patch · processing (422): a target that is not there, a test that
///            fails · too-costly: a limit was passed
/// source     RFC 6902
Result<json::Document> apply_json_patch(const json::Value& target, const json::Value& patch);

/// The same for a resource: refuses a patch that changes `resourceType`, and leaves out the empty
/// arrays and objects that removals leave, since FHIR has none.
Result<json::Document> patch_resource(const json::Value& resource, const json::Value& patch);

}  // namespace fhir::patch
