// Reads a FHIR package as it is published: a gzipped tar whose files lie in the folder `package`.
// Nothing is unpacked to the disk. https://hl7.org/fhir/packages.html
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "fhir/base/result.h"

namespace fhir::definitions {

struct ArchiveLimits {
  std::uint64_t file_bytes_max = 128u << 20;
  std::uint64_t total_bytes_max = 2ull << 30;  // unpacked
  std::uint32_t files_max = 100'000;
};

/// Takes one file of the folder `package`: its name without the folder, and its content.
using PackageFileVisitor = std::function<Result<void>(std::string_view name, std::string text)>;

/// Visits the JSON files that lie directly in `package`; every other entry is looked at as well.
///
/// errors   not-found: no such file · structure: no gzipped tar, or cut short · security: an entry
///          that leaves its folder, or is neither file nor folder · too-long: a file, the whole, or
///          the number of files · those of visit
Result<void> read_package_archive(const std::string& path, const ArchiveLimits& limits,
                                  const PackageFileVisitor& visit);

}  // namespace fhir::definitions
