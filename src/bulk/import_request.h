// What a client asked to be imported, and by what right, as it is kept until it is done.
// https://github.com/smart-on-fhir/bulk-import/blob/master/import-manifest.md
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "src/access/access.h"

namespace server::bulk {

/// A file of NDJSON.
struct ImportInput {
  std::string type;  // of its resources; empty: of any
  std::string url;   // empty: what was sent with the request
  std::string etag;  // that it must have; empty: any
};

struct ImportRequest {
  std::vector<ImportInput> inputs;
  std::string manifest_url;      // of an export, all files of which are read; empty: none
  std::string url;               // of the kick-off, without parameters of its body
  std::string owner;             // who may see it; empty: everybody
  std::int64_t accepted_ms = 0;  // UTC
  bool is_guarded = false;       // `identity` holds it to what it allows
  access::Identity identity;
};

std::string to_json(const ImportRequest& request);

/// What to_json() made.
///
/// errors   structure: it did not
fhir::Result<ImportRequest> read_import_request(std::string_view text);

/// The files of an export's manifest.
///
/// errors   structure: it is none · too-costly: more than `files_max`
fhir::Result<std::vector<ImportInput>> inputs_of_manifest(std::string_view text,
                                                          std::size_t files_max);

}  // namespace server::bulk
