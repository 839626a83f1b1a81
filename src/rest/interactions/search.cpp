// https://hl7.org/fhir/R4/http.html#search https://hl7.org/fhir/R4/search.html
#include <algorithm>

#include "src/rest/answer.h"
#include "src/rest/bundle_writer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/search_request.h"
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

fhir::Result<void, Failure> check_presentation(const search::Query& query) {
  const bool is_partial = !query.elements.empty() || query.summary == search::Summary::true_ ||
                          query.summary == search::Summary::text ||
                          query.summary == search::Summary::data;
  if (!is_partial) return {};
  return fhir::unexpected(failure(
      fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::not_supported,
                       "_elements and _summary other than count and false are not supported")));
}

}  // namespace

Answer search(const Call& call) {
  Parameters parameters = call.parameters;
  FHIR_CHECK(add_form(call, parameters));
  std::string cursor = take_cursor(parameters);
  FHIR_TRY(query,
           parse_search(call, call.type, parameters,
                        call.lenient ? search::Handling::lenient : search::Handling::strict));
  if (!call.lenient) FHIR_CHECK(check_presentation(query));
  query.cursor = std::move(cursor);
  REST_TRY(reader, call.reader());
  if (query.summary == search::Summary::count || query.count == 0) {
    storage::Page page;
    REST_TRY(total, reader->count(query));
    page.total = total;
    return fhir_response(200, searchset(call, call.type, query, page));
  }
  REST_TRY(page, reader->search(query));
  return fhir_response(200, searchset(call, call.type, query, page));
}

}  // namespace server::rest
