#include "src/rest/bulk/export_walk.h"

#include <algorithm>

#include "src/rest/bulk/provenances.h"
#include "src/rest/bulk/type_filter.h"
#include "src/rest/search_request.h"
#include "src/rest/shaping.h"

namespace server::rest {
namespace {

constexpr std::uint32_t k_page_min = 20, k_page_first = 200, k_page_max = 2000;
constexpr std::uint64_t k_page_bytes = 4 << 20;  // what a page is to come to

/// The next page's count, by the size of the last one's bodies.
std::uint32_t count_after(const storage::Page& page) {
  std::uint64_t bytes = 1;
  for (const storage::Page::Entry& entry : page.entries) bytes += entry.version.body.size();
  const std::uint64_t count = k_page_bytes * page.entries.size() / bytes;
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(count, k_page_min, k_page_max));
}

search::Criterion updated(std::string_view type, search::Prefix prefix, std::int64_t time_ms,
                          const fhir::DefinitionStore& definitions) {
  search::Criterion criterion;
  criterion.parameter = definitions.search_parameter(type, "_lastUpdated");
  search::Operand operand;
  operand.prefix = prefix;
  operand.low = time_ms;
  operand.high = time_ms + 1;
  criterion.alternatives.push_back(std::move(operand));
  return criterion;
}

/// The names that _elements has for a type, without it.
Shaping shaping_of(const bulk::ExportRequest& request, std::string_view type) {
  Shaping shaping;
  for (const std::string_view element : request.elements) {
    const std::size_t dot = element.find('.');
    if (dot == std::string_view::npos) {
      shaping.elements.emplace_back(element);
    } else if (element.substr(0, dot) == type) {
      shaping.elements.emplace_back(element.substr(dot + 1, element.find('.', dot + 1) - dot - 1));
    }
  }
  return shaping;
}

/// "the Attachment.url … SHALL be … an absolute URL": what refers to a Binary of here, to be
/// fetched from here. Stored bodies are compact.
void make_attachments_absolute(std::string& body, const std::string& base_url) {
  constexpr std::string_view k_relative = "\"url\":\"Binary/", k_member = "\"url\":\"";
  for (std::size_t at = body.find(k_relative); at != std::string::npos;
       at = body.find(k_relative, at))
    body.insert(at += k_member.size(), base_url + "/");
}

}  // namespace

bool ExportContext::is_wanted(std::string_view type) const {
  const auto& types = request.types;
  return types.empty() || std::find(types.begin(), types.end(), type) != types.end();
}

bool ExportContext::may_read(std::string_view type) const {
  if (access == nullptr) return true;
  const auto rights = static_cast<security::Rights>(security::right_read | security::right_search);
  return access->permission(type, rights).extent != access::Extent::none;
}

bool ExportContext::is_in_time(const storage::Version& version, bool is_new) const {
  if (request.until_ms && version.last_updated > *request.until_ms) return false;
  return is_new || !request.since_ms || version.last_updated >= *request.since_ms;
}

fhir::Result<std::vector<search::Criterion>> ExportContext::filters(std::string_view type) const {
  Call call;
  call.options = &options;
  call.snapshot = &snapshot;
  auto criteria = criteria_of_filters(call, type, request.filters);
  if (!criteria) return fhir::unexpected(std::move(criteria.error().front()));
  return *std::move(criteria);
}

fhir::Result<void> ExportContext::write(const storage::Version& version) {
  if (provenances == nullptr) return write_line(version);
  if (version.type == "Provenance") return {};
  FHIR_CHECK(write_line(version));
  return provenances->add(version.type, version.id);
}

fhir::Result<void> ExportContext::write_line(const storage::Version& version) {
  ++progress.done;
  const Shaping shaping = shaping_of(request, version.type);
  std::string body =
      shaping.is_whole() ? version.body : shaped(version.body, shaping, definitions());
  make_attachments_absolute(body, options.base_url);
  return files.add(bulk::FileKind::output, version.type, body);
}

fhir::Result<void> for_each_page(ExportContext& context, search::Query query,
                                 const std::function<fhir::Result<void>(storage::Page&)>& visit) {
  Call call;
  call.snapshot = &context.snapshot;
  query.index_of = index_of(call);
  query.count = k_page_first;
  do {
    if (context.progress.is_cancelled)
      return fhir::unexpected(
          fhir::make_issue(fhir::IssueType::incomplete, "The export was cancelled"));
    FHIR_TRY(page, context.moment.search(query));
    FHIR_CHECK(visit(page));
    query.count = count_after(page);
    query.cursor = std::move(page.next_cursor);
  } while (!query.cursor.empty());
  return {};
}

void add_times(const ExportContext& context, search::Query& query) {
  const auto& request = context.request;
  const auto add = [&](search::Prefix prefix, std::int64_t time_ms) {
    query.criteria.push_back(updated(query.resource_type, prefix, time_ms, context.definitions()));
  };
  if (request.since_ms) add(search::Prefix::ge, *request.since_ms);
  if (request.until_ms) add(search::Prefix::le, *request.until_ms);
}

}  // namespace server::rest
