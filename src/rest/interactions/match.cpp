// $match: who of the stored patients a patient may be. Candidates are found by index, each kind of
// question on its own; how likely they are is then weighed.
// https://hl7.org/fhir/R4/patient-operation-match.html
#include <algorithm>
#include <cstdio>
#include <map>
#include <span>

#include "fhir/base/date_time.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"
#include "src/operations/patient_likeness.h"
#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/operation_input.h"
#include "src/rest/search_request.h"
#include "src/search/escape.h"

namespace server::rest {
namespace {

using fhir::json::Builder;
using fhir::json::Document;
using fhir::json::Value;
using operations::MatchGrade;

constexpr std::string_view k_definition = "http://hl7.org/fhir/OperationDefinition/Patient-match";
constexpr std::string_view k_grade = "http://hl7.org/fhir/StructureDefinition/match-grade";
constexpr std::uint32_t k_candidates_max = 300;  // of one question
constexpr std::size_t k_items_max = 20;  // identifiers, names … of the patient asked about

std::span<const Value> list(const Value& holder, std::string_view name) {
  const auto items = fhir::json::items_at(holder, name);
  return items.first(std::min(items.size(), k_items_max));
}

/// The day with day and month in each other's place; empty when that is no day.
std::string turned(std::string_view day) {
  if (day.size() != 10) return {};
  std::string other(day.substr(0, 5));
  other.append(day.substr(8, 2)).append("-").append(day.substr(5, 2));
  return other != day && fhir::DateTime::parse(other) ? other : std::string();
}

/// Searches each of which an index answers with few rows: by identifier, by telecom, by the day of
/// birth, by the year of birth with a name, by the whole name.
std::vector<Parameters> questions_of(const Value& patient) {
  std::vector<Parameters> questions;
  const auto joined = [](std::string& out, std::string text) {
    if (text.empty()) return;
    out += (out.empty() ? "" : ",") + text;
  };
  std::string identifiers, telecoms, families, givens;
  for (const Value& identifier : list(patient, "identifier")) {
    if (identifier.string_at("value").empty()) continue;
    const std::string_view system = identifier.string_at("system");
    joined(identifiers, (system.empty() ? "" : search::escape(system) + "|") +
                            search::escape(identifier.string_at("value")));
  }
  for (const Value& telecom : list(patient, "telecom"))
    joined(telecoms, search::escape(telecom.string_at("value")));
  for (const Value& name : list(patient, "name")) {
    joined(families, search::escape(name.string_at("family")));
    for (const Value& given : list(name, "given")) joined(givens, search::escape(given.string()));
  }
  if (!identifiers.empty()) questions.push_back({{"identifier", identifiers}});
  if (!telecoms.empty()) questions.push_back({{"telecom", telecoms}});
  const std::string birth(patient.string_at("birthDate"));
  if (birth.size() == 10) {
    std::string days = birth;
    joined(days, turned(birth));
    questions.push_back({{"birthdate", days}});
  }
  if (birth.size() >= 4) {
    const std::string year = birth.substr(0, 4);
    if (!families.empty()) questions.push_back({{"family", families}, {"birthdate", year}});
    if (!givens.empty()) questions.push_back({{"given", givens}, {"birthdate", year}});
  }
  if (!families.empty() && !givens.empty())
    questions.push_back({{"family", families}, {"given", givens}});
  return questions;
}

struct Found {
  storage::Version version;
  operations::Likeness likeness;
};

fhir::Result<std::vector<Found>, Failure> matches_of(const Call& call, const Value& patient) {
  const auto questions = questions_of(patient);
  if (questions.empty())
    return refuse(fhir::IssueType::required,
                  "$match needs an identifier, a telecom, a birth date, or family and given name");
  std::map<std::string, Found> found;
  REST_TRY(reader, call.reader());
  for (const Parameters& question : questions) {
    FHIR_TRY(query, parse_search(call, "Patient", question, search::Handling::strict));
    FHIR_CHECK(check_is_complete(query));  // nobody who is not indexed yet is told to be unknown
    query.count = k_candidates_max;
    REST_TRY(page, reader->search(query));
    for (storage::Page::Entry& entry : page.entries) {
      if (found.contains(entry.version.id)) continue;
      REST_TRY(document, Document::read(entry.version.body));
      const auto likeness = operations::likeness_of(patient, document.root());
      std::string id = entry.version.id;
      if (likeness.grade == MatchGrade::none) entry.version.body.clear();
      found.emplace(std::move(id), Found{std::move(entry.version), likeness});
    }
  }
  std::vector<Found> matches;
  for (auto& [id, one] : found) {
    if (one.likeness.grade != MatchGrade::none) matches.push_back(std::move(one));
  }
  // "ordered from most likely to least likely"
  std::stable_sort(matches.begin(), matches.end(), [](const Found& a, const Found& b) {
    return a.likeness.score > b.likeness.score;
  });
  return matches;
}

/// "All patient records SHALL have a search score from 0 to 1 … along with an extension
/// match-grade".
///
/// most   matches are given; all count in the total
std::string match_bundle(const Call& call, std::span<const Found> matches, std::size_t most,
                         const std::vector<fhir::Issue>& advice) {
  std::string text;
  Builder out(text);
  out.begin_object().string("resourceType", "Bundle").string("type", "searchset");
  out.number("total", static_cast<long long>(matches.size()));
  matches = matches.first(std::min(most, matches.size()));
  if (!matches.empty() || !advice.empty()) {
    out.key("entry").begin_array();
    for (const Found& match : matches) {
      char score[16];
      std::snprintf(score, sizeof score, "%.3f", match.likeness.score);
      out.begin_object().string("fullUrl", call.options->base_url + "/Patient/" + match.version.id);
      out.raw("resource", match.version.body).key("search").begin_object();
      out.key("extension").begin_array().begin_object().string("url", k_grade);
      out.string("valueCode", operations::code_of(match.likeness.grade)).end_object().end_array();
      out.string("mode", "match").raw("score", score).end_object().end_object();
    }
    if (!advice.empty()) {
      out.begin_object().raw("resource", outcome_json(advice));
      out.raw("search", R"({"mode":"outcome"})").end_object();
    }
    out.end_array();
  }
  out.end_object();
  return text;
}

}  // namespace

Answer match_patient(const Call& call) {
  FHIR_TRY(input, read_operation_input(call, k_definition));
  const auto given = input.parameters();
  const Value* patient = given.resource("resource");
  if (patient == nullptr || patient->string_at("resourceType") != "Patient")
    return refuse(fhir::IssueType::required, "$match needs a Patient, as the parameter resource");
  REST_TRY(only_certain, given.boolean("onlyCertainMatches", false));
  REST_TRY(count, given.count("count"));
  FHIR_TRY(matches, matches_of(call, *patient));
  std::vector<fhir::Issue> advice;
  if (only_certain) {
    std::erase_if(matches,
                  [](const Found& match) { return match.likeness.grade != MatchGrade::certain; });
    // "If there are multiple potential matches, then the match should not return the results with
    // this flag set to true."
    if (matches.size() > 1) {
      matches.clear();
      advice.push_back(fhir::make_issue(fhir::IssueType::multiple_matches,
                                        "Several patients match with certainty: none is returned"));
      advice.back().severity = fhir::Severity::warning;
    }
  }
  const std::size_t most =
      std::min<std::size_t>(count.value_or(call.options->page_default), call.options->page_max);
  return fhir_response(200, match_bundle(call, matches, most, advice));
}

}  // namespace server::rest
