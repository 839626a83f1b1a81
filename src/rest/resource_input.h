// From the bytes of a body to a write: read, validate, index.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/formats/json_document.h"
#include "fhir/model/element.h"
#include "src/rest/context.h"
#include "src/storage/store.h"

namespace server::rest {

/// Reads a resource, JSON or XML, under the limits.
fhir::Result<fhir::json::Document, Failure> read_resource_text(const Call& call, Format format,
                                                               std::string text);

/// Reads the call's body.
fhir::Result<fhir::json::Document, Failure> read_body(const Call& call);

/// The same for whoever tells all that is wrong with it: `faults` gets those that the reading can
/// go on after.
fhir::Result<fhir::json::Document, Failure> read_faulty_body(const Call& call,
                                                             fhir::IssueSink& faults);

/// Reads the body of a create or update. For a Binary, a body that is no Binary resource is its
/// content (https://hl7.org/fhir/R4/binary.html#rest).
fhir::Result<fhir::json::Document, Failure> read_new_resource(const Call& call);

/// Whether the root is a resource of `type`; the issue that says otherwise.
fhir::Result<void, Failure> check_resource_type(const fhir::json::Document& document,
                                                std::string_view type);

/// The body's id against the URL's: https://hl7.org/fhir/R4/http.html#update
fhir::Result<void, Failure> check_id(const fhir::json::Document& document, std::string_view id);

/// Judges the document when the server validates writes; all errors at once.
fhir::Result<void, Failure> validate(const Call& call, const fhir::json::Document& document);

/// The same for what a patch has made: its lines are nobody's.
fhir::Result<void, Failure> validate_patched(const Call& call,
                                             const fhir::json::Document& document);

/// The version that If-Match holds a change of one resource to; nothing when there is none. Of a
/// list and of `*` it is the current one.
///
/// errors   conflict (412): it names no version of ours; `*`, a list: none that is the current one
fhir::Result<std::optional<std::int64_t>, Failure> if_match_of(const Call& call,
                                                               std::string_view id);

/// The write of a resource that was read and judged: its body to store and its index rows.
///
/// What Options::added_codings asks for is added to the resource.
///
/// sent       may be an overlay over a document; its text is copied
fhir::Result<storage::Write, Failure> make_write(const Call& call, storage::WriteMethod method,
                                                 std::string_view type, std::string id,
                                                 const fhir::json::Value& sent);

/// What the store said of a failed write, in the words of REST and by this server's settings.
Failure write_failure(const Call& call, fhir::Issue issue);

}  // namespace server::rest
