#include "src/rest/bulk/export_run.h"

#include <algorithm>
#include <memory>

#include "src/access/guarded_store.h"
#include "src/rest/bulk/deletions.h"
#include "src/rest/bulk/export_walk.h"
#include "src/rest/bulk/patient_export.h"
#include "src/rest/bulk/provenances.h"
#include "src/rest/search_request.h"
#include "src/storage/cancellation.h"

namespace server::rest {
namespace {

/// "All … resources": of the types asked for, or of all that may be read.
fhir::Result<void> export_system(ExportContext& context) {
  const auto write_all = [&](storage::Page& page) -> fhir::Result<void> {
    for (const storage::Page::Entry& entry : page.entries) FHIR_CHECK(context.write(entry.version));
    return {};
  };
  for (const std::string_view type : context.definitions().resource_types()) {
    if (!context.is_wanted(type) || !context.may_read(type)) continue;
    search::Query query;
    query.resource_type = type;
    FHIR_TRY(filters, context.filters(type));
    query.criteria = std::move(filters);
    add_times(context, query);
    FHIR_CHECK(for_each_page(context, std::move(query), write_all));
    if (context.request.since_ms) FHIR_CHECK(write_deletions(context, type, nullptr));
  }
  return {};
}

std::uint32_t about_how_many(const bulk::ExportRequest& request, storage::Store& store) {
  const bool is_known = request.level == bulk::ExportLevel::system && request.filters.empty() &&
                        !request.since_ms && !request.until_ms;
  std::uint64_t total = 0;
  if (!is_known) return 0;
  for (const auto& [type, count] : store.counts()) {
    const auto& types = request.types;
    if (types.empty() || std::find(types.begin(), types.end(), type) != types.end()) total += count;
  }
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(total, UINT32_MAX));
}

fhir::Result<std::int64_t> export_from(const bulk::ExportRequest& request, const Options& options,
                                       const Snapshot& snapshot, const access::Access* access,
                                       storage::Store& store, bulk::ExportFiles& files,
                                       jobs::Progress& progress) {
  const storage::CancelScope scope(progress.is_cancelled);
  FHIR_TRY(moment, Moment::now(store, snapshot.store()));
  ExportContext context{request, options, snapshot, *moment, access, files, progress};
  Provenances provenances(context);
  if (request.provenances != bulk::AssociatedProvenances::as_asked_by_type)
    context.provenances = &provenances;
  for (const std::string& text : request.ignored)
    FHIR_CHECK(tell(context, fhir::Severity::warning, fhir::IssueType::not_supported, text));
  const bool is_of_system = request.level == bulk::ExportLevel::system;
  FHIR_CHECK(is_of_system ? export_system(context) : export_patients(context));
  if (context.provenances != nullptr) FHIR_CHECK(provenances.finish());
  return moment->time_ms();
}

}  // namespace

fhir::Result<std::int64_t> run_export(const bulk::ExportRequest& request, const Options& options,
                                      const Snapshot& snapshot, bulk::ExportFiles& files,
                                      jobs::Progress& progress) {
  progress.total = about_how_many(request, snapshot.store());
  if (!request.is_guarded)
    return export_from(request, options, snapshot, nullptr, snapshot.store(), files, progress);
  const auto identity = std::make_shared<const access::Identity>(request.identity);
  const access::Access access(identity, snapshot.definitions(), snapshot.extractor.get(),
                              options.bounds, snapshot.policies.get());
  access::GuardedStore store(snapshot.store(), access);
  Snapshot guarded = snapshot;
  guarded.services.store = &store;
  return export_from(request, options, guarded, &access, snapshot.store(), files, progress);
}

}  // namespace server::rest
