// Digests of files, to tell whether they are what was published.
#pragma once

#include <string>

#include "fhir/base/result.h"

namespace server::security {

struct FileDigests {
  std::string sha512_base64;  // as in `integrity`, behind `sha512-`
  std::string sha1_hex;       // as in `shasum`
};

/// errors   not-found: the file cannot be read
fhir::Result<FileDigests> digests_of_file(const std::string& path);

}  // namespace server::security
