// The entries of a batch or transaction, taken apart. https://hl7.org/fhir/R4/bundle.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/formats/json_document.h"
#include "src/rest/context.h"
#include "src/rest/router.h"

namespace server::rest::bundle_entries {

/// One entry; views into the bundle's document unless said otherwise.
struct Entry {
  std::size_t index = 0;
  const fhir::json::Value* value = nullptr;     // the entry itself, for positions
  const fhir::json::Value* resource = nullptr;  // null when absent
  std::string_view full_url;
  http::Method method = http::Method::other;
  std::string_view url;    // as sent
  std::string path;        // of the URL below our base, decoded
  std::string_view query;  // behind the `?`, encoded
  Match match;             // views into `path`
  http::Headers headers;   // If-Match and its like, from entry.request

  std::string expression() const { return "Bundle.entry[" + std::to_string(index) + "]"; }
};

/// errors   everything wrong with any entry's request: no request, an unknown verb or URL, too many
fhir::Result<std::vector<Entry>, Failure> read_entries(const Call& call,
                                                       const fhir::json::Document& bundle);

/// The issue with the entry as its place.
fhir::Issue at_entry(fhir::Issue issue, const Entry& entry, const fhir::json::Document& bundle);

/// The entry's resource as JSON: the body of its request. Empty when it has none.
std::string body_of(const Entry& entry);

/// A Call for one entry, as if it had come alone. `body` and the entry outlive it.
fhir::Result<Call, Failure> call_for(const Call& outer, const Entry& entry, std::string_view body);

/// `{"response":{"status":…}}` and its like: one entry of the answer.
/// issues   null unless the entry failed or has something to say
void append_response_entry(std::string& out, const http::Response& response, bool with_resource);

/// `201 Created`
std::string status_line(unsigned status);

}  // namespace server::rest::bundle_entries
