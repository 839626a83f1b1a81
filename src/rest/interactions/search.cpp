// https://hl7.org/fhir/R4/http.html#search https://hl7.org/fhir/R4/search.html
#include <algorithm>
#include <map>
#include <utility>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"
#include "src/rest/answer.h"
#include "src/rest/bundle_writer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/search_request.h"
#include "src/rest/shaping.h"
#include "src/rest/versioned_references.h"
#include "src/search/percent.h"

namespace server::rest {
namespace {

constexpr std::string_view k_form = "application/x-www-form-urlencoded";

/// POST _search: "the parameters are in the body", those of the URL count as well.
fhir::Result<void, Failure> add_form(const Call& call, Parameters& parameters) {
  if (call.is_get || call.body.empty()) return {};
  std::string_view type =
      call.headers != nullptr ? call.headers->get("Content-Type") : std::string_view{};
  type = type.substr(0, type.find(';'));
  if (type != k_form)
    return fhir::unexpected(
        failure(fhir::make_issue(fhir::Situation::unsupported_media, fhir::IssueType::not_supported,
                                 "The body of a search is a form: " + std::string(k_form))));
  REST_TRY(form, search::split_query(call.body));
  for (auto& pair : form) parameters.push_back(std::move(pair));
  return {};
}

std::string take_cursor(Parameters& parameters) {
  std::string cursor;
  std::erase_if(parameters, [&](auto& pair) {
    if (pair.first != "_cursor") return false;
    cursor = std::move(pair.second);
    return true;
  });
  return cursor;
}

/// "_include and _revinclude cannot be combined with _summary=text"
fhir::Result<void, Failure> check_presentation(const search::Query& query) {
  if (query.summary != search::Summary::text || query.includes.empty()) return {};
  return fhir::unexpected(
      failure(fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::invalid,
                               "_summary=text cannot be combined with _include or _revinclude")));
}

/// _summary counts for all resources of the page, _elements for the matches and for those types
/// that it names.
Shaping shaping_of(const search::Query& query, std::string_view type, bool is_match) {
  Shaping shaping{query.summary, {}};
  for (const search::ElementName& element : query.elements) {
    if (element.type.empty() ? is_match : element.type == type)
      shaping.elements.push_back(element.name);
  }
  return shaping;
}

void shape_page(const Call& call, const search::Query& query, storage::Page& page) {
  using Kind = std::pair<std::string, bool>;
  std::map<Kind, Shaping> shapings;
  for (storage::Page::Entry& entry : page.entries) {
    const auto [found, is_new] = shapings.try_emplace(Kind(entry.version.type, entry.is_match));
    if (is_new) found->second = shaping_of(query, entry.version.type, entry.is_match);
    const Shaping& shaping = found->second;
    if (!shaping.is_whole())
      entry.version.body =
          shaped(std::move(entry.version.body), shaping, call.snapshot->definitions());
  }
}

/// "If the return type is the contained resource": it is cut out of its container.
void cut_contained(storage::Page& page) {
  for (storage::Page::Entry& entry : page.entries) {
    if (entry.contained_id.empty()) continue;
    const auto document = fhir::json::Document::read(entry.version.body);
    const fhir::json::Value* all = document ? document->root().find("contained") : nullptr;
    if (all == nullptr) continue;
    for (const fhir::json::Value& one : all->items()) {
      if (one.string_at("id") != entry.contained_id) continue;
      entry.version.body = fhir::json::to_string(one);
      break;
    }
  }
}

/// Of the page links, below the base.
std::string path_of(const Call& call) {
  std::string path(call.type);
  if (!call.member.empty()) path.append("/").append(call.id).append("/").append(call.member);
  return path;
}

}  // namespace

Answer search(const Call& call) {
  Parameters parameters = call.parameters;
  FHIR_CHECK(add_form(call, parameters));
  std::string cursor = take_cursor(parameters);
  FHIR_TRY(query,
           parse_search_at(call, parameters,
                           call.lenient ? search::Handling::lenient : search::Handling::strict));
  if (!call.lenient) FHIR_CHECK(check_presentation(query));
  query.cursor = std::move(cursor);
  query.index_of = index_of(call);
  const std::string path = path_of(call);
  REST_TRY(reader, call.reader());
  if (query.summary == search::Summary::count || query.count == 0) {
    storage::Page page;
    REST_TRY(total, reader->count(query));
    page.total = total;
    return fhir_response(200, searchset(call, path, query, page));
  }
  REST_TRY(page, reader->search(query));
  FHIR_CHECK(follow_versions(*reader, call, query, page));
  cut_contained(page);
  shape_page(call, query, page);
  // Counts of index rows would tell of what a token that is limited does not show.
  if (query.explain && page.plan.empty())
    page.plan.emplace_back("how this search is answered is not told: the token may not read all");
  for (std::string& line : page.plan) {
    fhir::Issue issue = fhir::make_issue(fhir::IssueType::informational, std::move(line));
    issue.severity = fhir::Severity::information;
    query.warnings.push_back(std::move(issue));
  }
  return fhir_response(200, searchset(call, path, query, page));
}

}  // namespace server::rest
