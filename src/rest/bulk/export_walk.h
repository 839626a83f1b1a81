// Pages through the resources of a type and hands each to the files of an export.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "src/access/access.h"
#include "src/bulk/export_files.h"
#include "src/bulk/export_request.h"
#include "src/jobs/progress.h"
#include "src/rest/bulk/moment.h"
#include "src/rest/context.h"

namespace server::rest {

class Provenances;

/// What all parts of one export use; nothing is owned.
struct ExportContext {
  const bulk::ExportRequest& request;
  const Options& options;
  const Snapshot& snapshot;
  Moment& moment;
  const access::Access* access;  // null: everything may be read
  bulk::ExportFiles& files;
  jobs::Progress& progress;
  Provenances* provenances = nullptr;  // look for those of all that is written; null: nobody does

  const fhir::DefinitionStore& definitions() const { return snapshot.definitions(); }
  bool is_wanted(std::string_view type) const;
  bool may_read(std::string_view type) const;
  /// Within _since and _until; `is_new`: whatever _since says.
  bool is_in_time(const storage::Version& version, bool is_new = false) const;
  /// The criteria of _typeFilter for a type.
  fhir::Result<std::vector<search::Criterion>> filters(std::string_view type) const;
  /// Writes a resource, with the elements that were asked for; of provenances none when
  /// `provenances` looks for them.
  fhir::Result<void> write(const storage::Version& version);
  /// The same whatever it is.
  fhir::Result<void> write_line(const storage::Version& version);
};

/// Calls `visit` for every match at the moment of the export.
///
/// errors   of the search and of `visit` · incomplete: the export was cancelled
fhir::Result<void> for_each_page(ExportContext& context, search::Query query,
                                 const std::function<fhir::Result<void>(storage::Page&)>& visit);

/// Adds _since and _until to the criteria of a query.
void add_times(const ExportContext& context, search::Query& query);

}  // namespace server::rest
