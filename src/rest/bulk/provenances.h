// The provenances of what is exported, as includeAssociatedData asks for them.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters
#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/rest/bulk/export_walk.h"

namespace server::rest {

/// Calls `visit` for those about some resources of a type.
fhir::Result<void> for_each_provenance(
    ExportContext& context, std::string_view type, std::span<const std::string> ids,
    const std::function<fhir::Result<void>(const storage::Version&)>& visit);

/// Looks for the provenances of some hundred resources at once, and writes each one time. For one
/// thread.
class Provenances {
 public:
  explicit Provenances(ExportContext& context) : context_(context) {}

  /// A resource was written.
  ///
  /// errors   of the search and the files · too-costly: more than a million provenances
  fhir::Result<void> add(std::string_view type, std::string_view id);
  /// Looks for the rest; nothing may be added after it.
  fhir::Result<void> finish();

 private:
  fhir::Result<void> look();
  fhir::Result<void> write(const storage::Version& version);

  ExportContext& context_;
  std::string type_;               // of those that wait
  std::vector<std::string> ids_;   // the same
  std::set<std::string> written_;  // ids of provenances
};

}  // namespace server::rest
