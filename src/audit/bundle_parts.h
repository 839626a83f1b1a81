// What a batch or a transaction reads: each is an interaction of its own.
// https://profiles.ihe.net/ITI/BALP/content.html#322-restful-activities
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "src/http/message.h"

namespace server::audit {

struct BundlePart {
  http::Method method = http::Method::get;
  std::string method_text;
  std::string url;       // as the entry has it
  unsigned status = 0;   // 0: nobody knows
  std::string resource;  // that it was answered with, JSON; empty: none
};

/// Entries that ask for something, in their order: GET, HEAD, and POST of a search or an operation.
/// Nothing where the texts are no bundles; a text without such an entry is not read.
///
/// request, response   bodies, JSON or XML; the response may be empty
std::vector<BundlePart> reading_parts(std::string_view request, std::string_view response,
                                      const fhir::DefinitionStore& definitions);

}  // namespace server::audit
