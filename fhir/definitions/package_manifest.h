// What a FHIR package says of itself: package/package.json. https://hl7.org/fhir/packages.html
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/definitions/package_archive.h"
#include "fhir/formats/json_value.h"

namespace fhir::definitions {

struct PackageManifest {
  std::string name;                        // hl7.fhir.us.core
  std::string version;                     // 6.1.0
  std::vector<std::string> fhir_versions;  // 4.0.1; empty when it does not say
  std::vector<std::pair<std::string, std::string>> dependencies;  // name, version or range

  /// Whether the package says nothing of its FHIR version or names one of R4.
  bool is_for_r4() const;
};

/// errors   invalid: it has no name or version that could be one
Result<PackageManifest> read_manifest(const json::Value& package_json);

/// Walks the whole archive, so that what read_package_archive() refuses is refused here.
///
/// errors   as read_package_archive(), and invalid: it has no package.json, or one as above
Result<PackageManifest> manifest_of_archive(const std::string& path,
                                            const ArchiveLimits& limits = {});

/// Letters, digits, `.`, `_`, `-` and in a version `+`: what can be a file's name as well.
bool is_package_name(std::string_view name);
bool is_package_version(std::string_view version);

}  // namespace fhir::definitions
