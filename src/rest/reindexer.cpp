#include "src/rest/reindexer.h"

#include <utility>

#include "fhir/formats/json_document.h"
#include "fhir/model/element.h"
#include "src/rest/context.h"
#include "src/search/extractor.h"

namespace server::rest {
namespace {

/// By one snapshot, which the rows point into: it lives as long as what is returned.
search::IndexOf index_by(std::shared_ptr<const Snapshot> snapshot) {
  return
      [snapshot = std::move(snapshot)](std::string_view body) -> fhir::Result<search::IndexRows> {
        FHIR_TRY(document, fhir::json::Document::read(std::string(body)));
        return snapshot->extractor->extract(
            fhir::root_element(document.root(), snapshot->definitions()));
      };
}

}  // namespace

Reindexer::Reindexer(storage::Store& store, SnapshotSource& snapshots, Log log)
    : jobs::Reindexer(
          store, [&snapshots] { return index_by(snapshots.latest()); }, std::move(log)),
      snapshots_(snapshots) {}

fhir::Result<void> Reindexer::run() {
  return jobs::Reindexer::run(snapshots_.present()->definitions());
}

}  // namespace server::rest
