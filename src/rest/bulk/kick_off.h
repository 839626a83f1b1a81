// What the kick-offs of $export and $import have in common.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-kick-off-request
#pragma once

#include <string>
#include <string_view>

#include "src/rest/answer.h"
#include "src/rest/authorizer.h"
#include "src/rest/context.h"

namespace server::rest {

/// Notes in a bulk::ExportRequest or ImportRequest who asks, and with what rights.
///
/// errors   of Authorizer::owner()
template <class Request>
fhir::Result<void, Failure> take_identity(const Call& call, Request& request) {
  if (call.options->authorizer != nullptr) {
    REST_TRY(owner, call.options->authorizer->owner(*call.headers));
    request.owner = std::move(owner);
  }
  if (call.access != nullptr) {
    request.is_guarded = true;
    request.identity = call.access->identity();
  }
  return {};
}

/// "202 Accepted … Content-Location header with the absolute URL of an endpoint for subsequent
/// status requests"
///
/// what   export, import
inline http::Response accepted(const Call& call, const std::string& what, std::string_view id) {
  http::Response response =
      done_response(202, "The " + what + " is taken in; Content-Location tells where it stands");
  response.headers.add("Content-Location",
                       call.options->base_url + "/_" + what + "/" + std::string(id));
  response.headers.add("Preference-Applied", "respond-async");
  return response;
}

}  // namespace server::rest
