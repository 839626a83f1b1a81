// https://hl7.org/fhir/R4/http.html#history
#include <charconv>
#include <set>

#include "fhir/base/date_time.h"
#include "src/rest/answer.h"
#include "src/rest/bundle_writer.h"
#include "src/rest/history_list.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/shaping.h"

namespace server::rest {
namespace {

fhir::Issue bad_value(std::string_view name) {
  fhir::Issue issue = fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::value,
                                       "The value of " + std::string(name) + " is not of its form");
  issue.expression = "http." + std::string(name);
  return issue;
}

/// "Each of these parameters SHALL NOT appear more than once."
fhir::Result<void, Failure> check_once(const Parameters& parameters) {
  std::set<std::string_view> seen;
  for (const auto& [name, value] : parameters) {
    if (seen.insert(name).second) continue;
    fhir::Issue issue = fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::invalid,
                                         "A parameter of a history is given once: " + name);
    issue.expression = "http." + name;
    return fhir::unexpected(failure(std::move(issue)));
  }
  return {};
}

fhir::Result<storage::HistoryRequest, Failure> request_of(const Call& call,
                                                          const Parameters& parameters) {
  storage::HistoryRequest request;
  request.type = call.type;
  request.id = call.id;
  request.count = call.options->page_default;
  FHIR_CHECK(check_once(parameters));
  for (const auto& [name, value] : parameters) {
    if (name == "_count") {
      auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), request.count);
      if (error != std::errc{} || end != value.data() + value.size())
        return fhir::unexpected(failure(bad_value(name)));
      request.count = std::min(request.count, call.options->page_max);
    } else if (name == "_since" || name == "_at") {
      const auto time = fhir::DateTime::parse(value);
      if (!time) return fhir::unexpected(failure(bad_value(name)));
      (name == "_since" ? request.since : request.at) = time->instants().low;
    } else if (name == "_sort") {
      // R4 leaves the order of a history to "last updated, newest first"; both ways are offered.
      if (value != "_lastUpdated" && value != "-_lastUpdated")
        return fhir::unexpected(failure(bad_value(name)));
      request.oldest_first = value == "_lastUpdated";
    } else if (name == "_list") {
      FHIR_TRY(items, items_of_lists(call, value));
      request.within = std::move(items);
    } else if (name == "_cursor") {
      request.cursor = value;
    } else if (!call.lenient) {
      return fhir::unexpected(
          failure(fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::not_supported,
                                   "A history has no parameter of that name: " + name)));
    }
  }
  return request;
}

std::string path_of(const Call& call) {
  std::string path;
  if (!call.type.empty()) path.append(call.type).append("/");
  if (!call.id.empty()) path.append(call.id).append("/");
  return path + "_history";
}

}  // namespace

Answer history(const Call& call) {
  Parameters parameters = call.parameters;
  REST_TRY(shaping, take_shaping(parameters));
  FHIR_TRY(request, request_of(call, parameters));
  REST_TRY(reader, call.reader());
  REST_TRY(page, reader->history(request));
  for (storage::Version& version : page.versions) {
    if (!version.deleted)
      version.body = shaped(std::move(version.body), shaping, call.snapshot->definitions());
  }
  return fhir_response(200, history_bundle(call, path_of(call), page));
}

}  // namespace server::rest
