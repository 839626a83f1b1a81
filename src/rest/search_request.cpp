#include "src/rest/search_request.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "fhir/formats/json_document.h"
#include "fhir/model/element.h"
#include "src/rest/reindexer.h"
#include "src/rest/search_concepts.h"
#include "src/search/compartment.h"
#include "src/search/extractor.h"
#include "src/search/percent.h"

#include "terminology/terminology.h"

namespace server::rest {

std::int64_t now_utc_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

namespace {

search::ParseOptions options_of(const Call& call, search::Handling handling,
                                const search::Concepts& concepts) {
  search::ParseOptions options;
  options.handling = handling;
  options.base_url = call.options->base_url;
  options.now_utc_ms = now_utc_ms();
  options.count_default = call.options->page_default;
  options.count_max = call.options->page_max;
  options.allow_chains = true;
  options.concepts = &concepts;
  options.units = call.snapshot->services.terminology->units();
  return options;
}

/// Searches by a parameter whose index is still being built say so.
void tell_of_index(const Call& call, search::Query& query) {
  if (call.snapshot->reindexer == nullptr) return;
  if (auto issue = call.snapshot->reindexer->incomplete(query))
    query.warnings.push_back(*std::move(issue));
}

/// `_type` apart from the rest.
struct Split {
  std::vector<std::string_view> types;
  Parameters rest;
  std::string given;  // the `_type` of the self link
};

fhir::Result<Split> split_types(const Parameters& parameters,
                                const fhir::DefinitionStore& definitions) {
  Split split;
  FHIR_TRY(types, search::types_of(parameters, definitions));
  split.types = std::move(types);
  for (const auto& pair : parameters) {
    if (pair.first != "_type") {
      split.rest.push_back(pair);
    } else {
      search::append_pair(split.given, pair.first, pair.second);
    }
  }
  return split;
}

/// Holds each of the query's types to the compartment.
fhir::Result<void> enter_compartment(const Call& call, search::Query& query) {
  const auto enter = [&](search::Query& one) -> fhir::Result<void> {
    FHIR_TRY(criterion, search::compartment_criterion(call.type, call.id, one.resource_type,
                                                      call.snapshot->definitions()));
    one.criteria.push_back(std::move(criterion));
    return {};
  };
  for (search::Query& type : query.types) FHIR_CHECK(enter(type));
  return query.types.empty() ? enter(query) : fhir::Result<void>();
}

}  // namespace

search::IndexOf index_of(const Call& call) {
  return [snapshot = call.snapshot](std::string_view body) -> fhir::Result<search::IndexRows> {
    FHIR_TRY(document, fhir::json::Document::read(std::string(body)));
    return snapshot->extractor->extract(
        fhir::root_element(document.root(), snapshot->definitions()));
  };
}

fhir::Result<search::Query, Failure> parse_search(
    const Call& call, std::string_view type,
    std::span<const std::pair<std::string, std::string>> parameters, search::Handling handling) {
  const SearchConcepts concepts(call);
  FHIR_TRY(query, search::parse_query(type, parameters, call.snapshot->definitions(),
                                      options_of(call, handling, concepts)));
  tell_of_index(call, query);
  return std::move(query);
}

fhir::Result<void, Failure> check_is_complete(const search::Query& query) {
  for (const fhir::Issue& warning : query.warnings) {
    if (warning.situation != fhir::Situation::unavailable) continue;
    fhir::Issue issue = warning;
    issue.severity = fhir::Severity::error;
    issue.type = fhir::IssueType::transient;
    return fhir::unexpected(failure(std::move(issue)));
  }
  return {};
}

fhir::Result<search::Query, Failure> parse_search_at(const Call& call, Parameters parameters,
                                                     search::Handling handling) {
  // "Empty parameters are not an error - they are just ignored by the server."
  std::erase_if(parameters, [](const auto& pair) { return pair.second.empty(); });
  const bool is_in_compartment = !call.member.empty();
  const std::string_view type = is_in_compartment ? call.member : call.type;
  std::optional<search::Query> query;
  if (!type.empty() && type != "*") {
    FHIR_TRY(one, parse_search(call, type, parameters, handling));
    query = std::move(one);
  } else {
    const fhir::DefinitionStore& definitions = call.snapshot->definitions();
    REST_TRY(split, split_types(parameters, definitions));
    if (is_in_compartment) {
      const auto inside = search::compartment_types(call.type, definitions);
      std::erase_if(split.types, [&](std::string_view name) {
        return std::find(inside.begin(), inside.end(), name) == inside.end();
      });
    }
    if (split.types.empty()) {
      return fhir::unexpected(failure(fhir::make_issue(
          fhir::Situation::not_found, fhir::IssueType::not_found,
          "No such resource is in the compartment of a " + std::string(call.type))));
    }
    const SearchConcepts concepts(call);
    FHIR_TRY(several, search::parse_types_query(split.types, split.rest, definitions,
                                                options_of(call, handling, concepts)));
    tell_of_index(call, several);
    several.self =
        split.given + (split.given.empty() || several.self.empty() ? "" : "&") + several.self;
    query = std::move(several);
  }
  if (is_in_compartment) {
    if (auto entered = enter_compartment(call, *query); !entered) {
      return fhir::unexpected(failure(std::move(entered).error()));
    }
  }
  return *std::move(query);
}

}  // namespace server::rest
