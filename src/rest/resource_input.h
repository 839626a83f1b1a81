// From the bytes of a body to a write: read, validate, index.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "fhir/formats/json_document.h"
#include "fhir/model/element.h"
#include "src/rest/context.h"
#include "src/storage/store.h"

namespace server::rest {

/// Reads a body as JSON under the limits.
fhir::Result<fhir::json::Document, Failure> read_body(const Call& call);

/// Whether the root is a resource of `type`; the issue that says otherwise.
fhir::Result<void, Failure> check_resource_type(const fhir::json::Document& document,
                                                std::string_view type);

/// The body's id against the URL's: https://hl7.org/fhir/R4/http.html#update
fhir::Result<void, Failure> check_id(const fhir::json::Document& document, std::string_view id);

/// Judges the document when the server validates writes; all errors at once.
fhir::Result<void, Failure> validate(const Call& call, const fhir::json::Document& document);

/// The write of a resource that was read and judged: its body to store and its index rows.
///
/// resource   may be an overlay over a document; its text is copied
fhir::Result<storage::Write, Failure> make_write(const Call& call, storage::WriteMethod method,
                                                 std::string_view type, std::string id,
                                                 const fhir::json::Value& resource);

/// What the store said of a failed batch, in the words of REST.
Failure write_failure(storage::Store::Failure&& failed);

}  // namespace server::rest
