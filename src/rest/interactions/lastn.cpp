// $lastn: the newest observations of each code.
// https://hl7.org/fhir/R4/observation-operation-lastn.html
#include <algorithm>
#include <unordered_map>

#include "fhir/formats/json_items.h"
#include "src/operations/latest.h"
#include "src/operations/observation_series.h"
#include "src/rest/answer.h"
#include "src/rest/bundle_writer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/operation_input.h"
#include "src/rest/operation_search.h"
#include "src/rest/search_request.h"

namespace server::rest {
namespace {

using fhir::json::Document;
using fhir::json::Value;
using operations::LatestByCode;

constexpr std::string_view k_max = "max";
constexpr std::size_t k_observations_max = 100'000;
constexpr std::size_t k_kept_max = 10'000;

bool is_named(std::string_view parameter, std::string_view name) {
  return parameter.substr(0, parameter.find_first_of(":.")) == name;
}

/// All parameters but `max` are those of a search.
fhir::Result<Parameters, Failure> criteria_of(const Document& given) {
  Parameters criteria;
  for (const Value& parameter : fhir::json::items_at(given.root(), "parameter")) {
    const std::string name(parameter.string_at("name"));
    if (name == k_max) continue;
    const Value* value = operations::value_of(parameter);
    if (value == nullptr || value->text().empty())
      return refuse(fhir::IssueType::value,
                    "The parameter " + name + " takes a value as in the URL of a search");
    criteria.emplace_back(name, value->text());
  }
  return criteria;
}

/// "If there is no nominated patient … then the server should return an error."
fhir::Result<search::Query, Failure> query_of(const Call& call, Parameters& criteria) {
  const bool has_subject = std::any_of(criteria.begin(), criteria.end(), [](const auto& criterion) {
    return is_named(criterion.first, "patient") || is_named(criterion.first, "subject");
  });
  if (!has_subject)
    return refuse(fhir::IssueType::required, "$lastn needs the parameter patient or subject");
  for (std::string_view name : {"_sort", "_count", "_include", "_revinclude", "_total", "_summary",
                                "_elements", "_maxresults"}) {
    for (const auto& criterion : criteria) {
      if (is_named(criterion.first, name))
        return refuse(
            fhir::IssueType::not_supported,
            "$lastn has an order of its own: " + std::string(name) + " does not apply to it");
    }
  }
  criteria.emplace_back("_sort", "-date");
  return parse_search(call, "Observation", criteria, search::Handling::strict);
}

std::vector<std::string> codes_of(const Value& observation) {
  std::vector<std::string> codes;
  const Value* code = observation.find("code");
  for (const auto& coding : operations::codings_of(code))
    codes.push_back(coding.system + "|" + coding.code);
  if (codes.empty() && code != nullptr && !code->string_at("text").empty())
    codes.emplace_back(code->string_at("text"));
  return codes;
}

/// Bodies of what is kept; those that newer ones replaced are let go now and then.
class Shelf {
 public:
  explicit Shelf(std::size_t max) : latest_(max) {}

  fhir::Result<void> add(storage::Version& version) {
    FHIR_TRY(document, Document::read(version.body));
    latest_.add(number_, codes_of(document.root()), operations::effective_time(document.root()));
    versions_.emplace(number_++, std::move(version));
    return versions_.size() >= due_ ? clear_out() : fhir::Result<void>{};
  }

  fhir::Result<storage::Page> page() {
    FHIR_CHECK(clear_out());
    storage::Page page;
    for (const auto& group : latest_.groups()) {
      for (const LatestByCode::Kept& kept : group)
        page.entries.push_back({std::move(versions_.at(kept.number)), true});
    }
    page.total = page.entries.size();
    return page;
  }

 private:
  fhir::Result<void> clear_out() {
    std::unordered_map<std::size_t, storage::Version> kept;
    for (const auto& group : latest_.groups()) {
      for (const LatestByCode::Kept& one : group)
        kept.emplace(one.number, std::move(versions_.at(one.number)));
    }
    versions_ = std::move(kept);
    due_ = 2 * versions_.size() + 1000;
    if (versions_.size() <= k_kept_max) return {};
    return fhir::unexpected(fhir::make_issue(
        fhir::IssueType::too_costly, "More than " + std::to_string(k_kept_max) +
                                         " observations would be returned: ask for fewer by max"));
  }

  LatestByCode latest_;
  std::unordered_map<std::size_t, storage::Version> versions_;
  std::size_t number_ = 0;
  std::size_t due_ = 1000;
};

}  // namespace

Answer lastn(const Call& call) {
  Call lenient = call;  // the rest of the parameters is the search's to judge
  lenient.lenient = true;
  FHIR_TRY(input, read_operation_input(
                      lenient, "http://hl7.org/fhir/OperationDefinition/Observation-lastn"));
  REST_TRY(max, input.parameters().count(k_max));
  FHIR_TRY(criteria, criteria_of(input.document));
  FHIR_TRY(query, query_of(call, criteria));
  std::string self = query.self.substr(0, query.self.rfind("_sort="));
  if (max) self += "max=" + std::to_string(*max);
  if (!self.empty() && self.back() == '&') self.pop_back();
  Shelf shelf(max.value_or(1));
  REST_TRY(reader, call.reader());
  fhir::Result<void> kept;
  FHIR_CHECK(for_each_match(*reader, query, k_observations_max, [&](storage::Version& version) {
    kept = shelf.add(version);
    return kept.has_value();
  }));
  if (!kept) return fhir::unexpected(failure(std::move(kept).error()));
  REST_TRY(page, shelf.page());
  query.self = std::move(self);
  return fhir_response(200, searchset(call, "Observation/$lastn", query, page));
}

}  // namespace server::rest
