#include "src/rest/bulk/deletions.h"

#include <set>
#include <string>
#include <vector>

#include "fhir/formats/json_writer.h"
#include "src/operations/outcome.h"

namespace server::rest {
namespace {

constexpr std::uint32_t k_page = 500;
constexpr std::size_t k_entries_max = 200;  // of one Bundle
constexpr std::size_t k_deleted_max = 1'000'000;

fhir::Result<void> write_bundle(ExportContext& context, std::string_view type,
                                std::vector<std::string>& ids) {
  if (ids.empty()) return {};
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("resourceType", "Bundle").string("type", "transaction");
  out.key("entry").begin_array();
  for (const std::string& id : ids) {
    out.begin_object().key("request").begin_object().string("method", "DELETE");
    out.string("url", std::string(type) + "/" + id).end_object().end_object();
  }
  out.end_array().end_object();
  ids.clear();
  return context.files.add(bulk::FileKind::deleted, "Bundle", text);
}

bool is_later(const ExportContext& context, const storage::Version& version) {
  return version.last_updated > context.moment.time_ms();
}

/// Whether a deletion was the last version at the moment.
fhir::Result<bool> is_gone(ExportContext& context, storage::Reader& reader,
                           const storage::Version& deletion) {
  const auto now = reader.read(deletion.type, deletion.id);
  if (now && !is_later(context, *now)) return false;
  const bool is_deleted = !now && now.error().type == fhir::IssueType::deleted;
  if (!now && !is_deleted && now.error().type != fhir::IssueType::not_found)
    return fhir::unexpected(now.error());
  const auto next = reader.read_version(deletion.type, deletion.id, deletion.version_id + 1);
  return !next || is_later(context, *next);
}

}  // namespace

fhir::Result<void> tell(ExportContext& context, fhir::Severity severity, fhir::IssueType type,
                        std::string diagnostics) {
  fhir::Issue issue = fhir::make_issue(type, std::move(diagnostics));
  issue.severity = severity;
  return context.files.add(bulk::FileKind::error, "OperationOutcome",
                           operations::outcome_json(std::span(&issue, 1)));
}

fhir::Result<void> write_deletions(
    ExportContext& context, std::string_view type,
    const std::function<bool(const storage::Version&)>& would_be_returned) {
  constexpr security::Rights k_all = security::right_read | security::right_search;
  const bool sees_all =
      context.access == nullptr ||
      context.access->permission(type, k_all, policy::interaction_history).extent ==
          access::Extent::all;
  if (!sees_all)
    return tell(
        context, fhir::Severity::warning, fhir::IssueType::forbidden,
        "The token does not allow to tell which " + std::string(type) + " resources were deleted");
  storage::HistoryRequest request;
  request.type = type;
  request.count = k_page;
  request.since = context.request.since_ms;
  std::set<std::string> seen;
  std::vector<std::string> ids;
  do {
    if (context.progress.is_cancelled)
      return fhir::unexpected(
          fhir::make_issue(fhir::IssueType::incomplete, "The export was cancelled"));
    FHIR_TRY(reader, context.moment.present());
    auto page = reader->history(request);
    if (!page) return fhir::unexpected(std::move(page).error());
    for (const storage::Version& version : page->versions) {
      if (!version.deleted || is_later(context, version) || !context.is_in_time(version) ||
          !seen.insert(version.id).second)
        continue;
      if (seen.size() > k_deleted_max)
        return fhir::unexpected(fhir::make_issue(fhir::IssueType::too_costly,
                                                 "More than a million resources were deleted"));
      FHIR_TRY(is_deleted, is_gone(context, *reader, version));
      if (!is_deleted) continue;
      if (would_be_returned != nullptr) {
        const auto last = reader->read_version(type, version.id, version.version_id - 1);
        if (!last || !would_be_returned(*last)) continue;
      }
      ids.push_back(version.id);
      if (ids.size() >= k_entries_max) FHIR_CHECK(write_bundle(context, type, ids));
    }
    request.cursor = std::move(page->next_cursor);
  } while (!request.cursor.empty());
  return write_bundle(context, type, ids);
}

}  // namespace server::rest
