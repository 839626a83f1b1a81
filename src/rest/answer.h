// Building responses: bodies, validators of caches, dates. https://hl7.org/fhir/R4/http.html
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "src/http/message.h"
#include "src/rest/context.h"
#include "src/storage/store.h"

namespace server::rest {

/// A response with a FHIR body.
http::Response fhir_response(unsigned status, std::string body);

/// An OperationOutcome that only informs: what was done.
http::Response done_response(unsigned status, std::string what);

/// The OperationOutcome of a failure under its status, with Retry-After where that helps.
http::Response failure_response(const Failure& failure);

/// What ends a trial on a network thread without an answer; no client sees it.
fhir::Unexpected<Failure> left_to_worker();

/// `W/"3"`
std::string etag_of(std::int64_t version_id);

/// The version in an If-Match or If-None-Match value; nothing when it is no version of ours.
std::optional<std::int64_t> version_of_etag(std::string_view text);

/// Whether a list of entity tags names the version; `*` names any.
bool names_version(std::string_view tags, std::int64_t version_id);

/// `Tue, 15 Nov 1994 08:12:31 GMT` (RFC 9110 section 5.6.7) from UTC milliseconds.
std::string http_date(std::int64_t utc_ms);

/// Milliseconds since 1970 of such a date; nothing when it is none.
std::optional<std::int64_t> parse_http_date(std::string_view text);

/// ETag and Last-Modified of a version.
void add_version_headers(http::Response& response, std::int64_t version_id,
                         std::int64_t last_updated);

/// What a create, update or delete answers, by Prefer: return
/// (https://hl7.org/fhir/R4/http.html#ops).
http::Response written_response(const Call& call, std::string_view type, std::string_view id,
                                storage::Written&& written);

}  // namespace server::rest
