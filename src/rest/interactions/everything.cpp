// $everything of a patient, of all patients, of an encounter, page by page: the links carry where
// the next page begins, so nothing is kept between requests and no page grows beyond its count.
// https://hl7.org/fhir/R4/patient-operation-everything.html
// https://hl7.org/fhir/R4/encounter-operation-everything.html
#include <algorithm>
#include <map>
#include <set>

#include "src/operations/everything_query.h"
#include "src/rest/answer.h"
#include "src/rest/bundle_writer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/operation_input.h"
#include "src/rest/search_request.h"
#include "src/search/compartment.h"
#include "src/search/percent.h"

namespace server::rest {
namespace {

using operations::EverythingRequest;
using operations::Focus;
using Given = operations::Parameters;

constexpr std::string_view k_cursor = "_cursor";
constexpr std::size_t k_ids_max = 500;  // asked for at once

/// The types of `_type`: repeated, or between commas.
fhir::Result<std::vector<std::string_view>, Failure> types_of(const Call& call,
                                                              const Given& parameters) {
  const auto known = call.snapshot->definitions().resource_types();
  std::vector<std::string_view> types;
  for (std::string_view list : parameters.texts("_type")) {
    while (!list.empty()) {
      const std::string_view name = list.substr(0, list.find(','));
      list.remove_prefix(std::min(list.size(), name.size() + 1));
      const auto found = std::find(known.begin(), known.end(), name);
      if (found == known.end())
        return refuse(fhir::IssueType::value, "_type names resource types of R4");
      types.push_back(*found);
    }
  }
  return types;
}

fhir::Result<EverythingRequest, Failure> request_of(const Call& call, const Given& parameters) {
  EverythingRequest request;
  request.focus = {call.type, call.id};
  FHIR_TRY(types, types_of(call, parameters));
  request.types = std::move(types);
  request.start = fhir::DateTime::parse(parameters.text("start"));
  request.end = fhir::DateTime::parse(parameters.text("end"));
  if (request.start && request.end && request.start->instants().low >= request.end->instants().high)
    return refuse(fhir::IssueType::value, "start is after end");
  if (const auto since = fhir::DateTime::parse(parameters.text("_since")))
    request.since_ms = since->instants().low;
  return request;
}

/// How the same is asked for by GET.
std::string self_of(const Given& parameters) {
  std::string self;
  for (std::string_view name : {"start", "end", "_since", "_type", "_count"}) {
    for (std::string_view value : parameters.texts(name)) search::append_pair(self, name, value);
  }
  return self;
}

/// Resources that come along and are in the compartment come on a page of their own; one that is in
/// the compartment of another patient is none of ours.
fhir::Result<void, Failure> drop_members(const Call& call, const Focus& focus,
                                         storage::Reader& reader, storage::Page& page) {
  const fhir::DefinitionStore& definitions = call.snapshot->definitions();
  const auto types = search::compartment_types(focus.type, definitions);
  // Owned: the entries move while some are taken out.
  std::map<std::string, std::vector<std::string_view>> candidates;
  for (const storage::Page::Entry& entry : page.entries) {
    if (entry.is_match) continue;
    const bool is_member = std::find(types.begin(), types.end(), entry.version.type) != types.end();
    if (is_member || entry.version.type == focus.type)
      candidates[entry.version.type].push_back(entry.version.id);
  }
  std::set<std::pair<std::string, std::string>> members;
  for (const auto& [type, all] : candidates) {
    for (std::span ids(all); !ids.empty(); ids = ids.subspan(std::min(k_ids_max, ids.size()))) {
      REST_TRY(query, operations::members_among(
                          focus, type, ids.first(std::min(k_ids_max, ids.size())), definitions));
      REST_TRY(found, reader.search(query));
      for (const storage::Page::Entry& entry : found.entries)
        members.emplace(entry.version.type, entry.version.id);
    }
  }
  std::erase_if(page.entries, [&](const storage::Page::Entry& entry) {
    if (entry.is_match || !candidates.contains(entry.version.type)) return false;
    const bool is_others = focus.type == "Patient" && entry.version.type != "Provenance";
    return is_others || members.contains({entry.version.type, entry.version.id});
  });
  return {};
}

void keep_wanted(const EverythingRequest& request, storage::Page& page) {
  std::erase_if(page.entries, [&](const storage::Page::Entry& entry) {
    const auto& types = request.types;
    const bool is_wanted =
        types.empty() || std::find(types.begin(), types.end(), entry.version.type) != types.end();
    return !is_wanted || (request.since_ms && entry.version.last_updated < *request.since_ms);
  });
}

}  // namespace

Answer everything(const Call& call) {
  const std::string definition =
      "http://hl7.org/fhir/OperationDefinition/" + std::string(call.type) + "-everything";
  FHIR_TRY(input, read_operation_input(call, definition, {k_cursor}));
  const Given parameters = input.parameters();
  FHIR_TRY(request, request_of(call, parameters));
  REST_TRY(count, parameters.count("_count"));
  REST_TRY(query, operations::everything_query(request, call.snapshot->definitions()));
  REST_TRY(reader, call.reader());
  if (!call.id.empty()) {
    REST_TRY(focus, reader->read(call.type, call.id));
    static_cast<void>(focus);
  }
  const auto most = call.options->page_max;
  query.count = static_cast<std::uint32_t>(std::min<std::size_t>(count.value_or(most), most));
  query.cursor = parameters.text(k_cursor);
  query.index_of = index_of(call);
  query.self = self_of(parameters);
  const std::string path =
      std::string(call.type) + (call.id.empty() ? "" : "/") + std::string(call.id) + "/$everything";
  storage::Page page;
  if (query.count > 0) {
    REST_TRY(found, reader->search(query));
    page = std::move(found);
  }
  FHIR_CHECK(drop_members(call, request.focus, *reader, page));
  keep_wanted(request, page);
  return fhir_response(200, searchset(call, path, query, page));
}

}  // namespace server::rest
