// "LatestProvenanceResources: … the most recent Provenance resources associated with each of the
// non-provenance resources being returned"; "RelevantProvenanceResources: … all".
#include "src/rest/bulk/provenances.h"

#include <algorithm>
#include <map>
#include <utility>

#include "fhir/base/date_time.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"
#include "src/rest/bulk/references.h"

namespace server::rest {
namespace {

constexpr std::size_t k_ids_max = 200;  // asked for at once
constexpr std::size_t k_provenances_max = 1'000'000;

/// When the activity was recorded, UTC milliseconds.
std::int64_t recorded_ms(const fhir::json::Value& provenance) {
  const auto time = fhir::DateTime::parse(provenance.string_at("recorded"));
  return time ? time->instants().low : 0;
}

}  // namespace

fhir::Result<void> for_each_provenance(
    ExportContext& context, std::string_view type, std::span<const std::string> ids,
    const std::function<fhir::Result<void>(const storage::Version&)>& visit) {
  const auto* target = context.definitions().search_parameter("Provenance", "target");
  if (target == nullptr) return {};
  for (std::size_t from = 0; from < ids.size(); from += k_ids_max) {
    search::Query query;
    query.resource_type = "Provenance";
    search::Criterion criterion;
    criterion.parameter = target;
    for (const std::string& id : ids.subspan(from, std::min(ids.size() - from, k_ids_max))) {
      search::Operand operand;
      operand.type = type;
      operand.id = id;
      criterion.alternatives.push_back(std::move(operand));
    }
    query.criteria.push_back(std::move(criterion));
    FHIR_TRY(filters, context.filters("Provenance"));
    for (search::Criterion& filter : filters) query.criteria.push_back(std::move(filter));
    FHIR_CHECK(for_each_page(context, std::move(query), [&](storage::Page& page) {
      fhir::Result<void> done;
      for (std::size_t i = 0; done && i < page.entries.size(); ++i)
        done = visit(page.entries[i].version);
      return done;
    }));
  }
  return {};
}

fhir::Result<void> Provenances::add(std::string_view type, std::string_view id) {
  if (type != type_ || ids_.size() == k_ids_max) FHIR_CHECK(look());
  type_ = type;
  ids_.emplace_back(id);
  return {};
}

fhir::Result<void> Provenances::finish() { return look(); }

fhir::Result<void> Provenances::look() {
  if (ids_.empty()) return {};
  const std::vector<std::string> ids = std::exchange(ids_, {});
  const std::set<std::string> wanted(ids.begin(), ids.end());
  const bool wants_all = context_.request.provenances == bulk::AssociatedProvenances::relevant;
  struct Latest {
    std::int64_t recorded_ms = -1;
    storage::Version version;
  };
  std::map<std::string, Latest> latest;  // by the id of what it is about
  const auto take = [&](const storage::Version& version) -> fhir::Result<void> {
    if (wants_all) return write(version);
    const auto document = fhir::json::Document::read(version.body);
    if (!document) return {};
    const std::int64_t recorded = recorded_ms(document->root());
    for (const auto& one : fhir::json::items_at(document->root(), "target")) {
      const std::string_view reference = one.is_object() ? one.string_at("reference") : "";
      for_each_reference("{\"reference\":\"" + std::string(reference) + "\"}",
                         context_.options.base_url,
                         [&](std::string_view type, std::string_view id, bool) {
                           if (type != type_ || wanted.count(std::string(id)) == 0) return;
                           Latest& known = latest[std::string(id)];
                           if (recorded > known.recorded_ms) known = {recorded, version};
                         });
    }
    return {};
  };
  FHIR_CHECK(for_each_provenance(context_, type_, ids, take));
  for (const auto& [id, one] : latest) FHIR_CHECK(write(one.version));
  return {};
}

fhir::Result<void> Provenances::write(const storage::Version& version) {
  if (!written_.insert(version.id).second) return {};
  if (written_.size() > k_provenances_max)
    return fhir::unexpected(fhir::make_issue(
        fhir::IssueType::too_costly, "More than a million provenances are about what is exported"));
  return context_.write_line(version);
}

}  // namespace server::rest
