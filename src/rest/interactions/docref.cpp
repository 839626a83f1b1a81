// $docref: the documents of a patient. http://hl7.org/fhir/us/core/OperationDefinition/docref
#include "fhir/formats/json_items.h"
#include "src/operations/parameters.h"
#include "src/rest/answer.h"
#include "src/rest/bundle_writer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/operation_input.h"
#include "src/rest/operation_search.h"
#include "src/rest/search_request.h"
#include "src/search/escape.h"
#include "src/search/percent.h"

namespace server::rest {
namespace {

using Given = operations::Parameters;

constexpr std::string_view k_definition = "http://hl7.org/fhir/us/core/OperationDefinition/docref";
constexpr std::string_view k_summary = "http://loinc.org|34133-9";  // Summarization of episode note

std::string token_of(const fhir::Coding& coding) {
  std::string system;
  if (!coding.system.empty()) system = search::escape(coding.system) + "|";
  return system + search::escape(coding.code);
}

/// The types asked for, as in a search: a coding, or the codings of a concept.
std::string type_of(const Given& given) {
  const fhir::json::Value* value = given.value("type");
  if (value == nullptr) return {};
  if (value->find("coding") == nullptr) return token_of(operations::coding_of(*value));
  std::string types;
  for (const fhir::json::Value& coding : fhir::json::items_at(*value, "coding"))
    types.append(types.empty() ? "" : ",").append(token_of(operations::coding_of(coding)));
  return types;
}

/// "The most recent or current document is in scope if neither a start date nor an end date is
/// provided": the newest of what is asked for; where no type is named, "the patient's current C-CDA
/// CCD".
Parameters criteria_of(const Given& given) {
  Parameters criteria;
  std::string_view patient = given.text("patient");
  if (patient.starts_with("Patient/")) patient.remove_prefix(8);
  criteria.emplace_back("patient", "Patient/" + search::escape(patient));
  criteria.emplace_back("status", "current");
  if (given.has("start")) criteria.emplace_back("period", "ge" + std::string(given.text("start")));
  if (given.has("end")) criteria.emplace_back("period", "le" + std::string(given.text("end")));
  const std::string type = type_of(given);
  if (!type.empty()) criteria.emplace_back("type", type);
  const bool is_current = !given.has("start") && !given.has("end");
  if (is_current && type.empty()) criteria.emplace_back("type", std::string(k_summary));
  criteria.emplace_back("_sort", "-date");
  if (is_current) criteria.emplace_back("_count", "1");
  return criteria;
}

/// What was asked, for the link to itself.
std::string self_of(const Given& given) {
  std::string self;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) search::append_pair(self, name, value);
  };
  for (std::string_view name : {"patient", "start", "end", "on-demand"})
    add(name, given.text(name));
  add("type", type_of(given));
  return self;
}

}  // namespace

Answer docref(const Call& call) {
  FHIR_TRY(input,
           read_operation_input(call, k_definition,
                                {"patient", "start", "end", "type", "on-demand", "profile"}));
  const Given given = input.parameters();
  if (given.text("patient").empty())
    return refuse(fhir::IssueType::required, "$docref needs the parameter patient");
  // Which profile a document has is nowhere in its DocumentReference that a search could ask for.
  if (auto served = given.refuse({"profile"}); !served)
    return fhir::unexpected(failure(std::move(served).error()));
  REST_TRY(on_demand, given.boolean("on-demand", false));
  const Parameters criteria = criteria_of(given);
  FHIR_TRY(query, parse_search(call, "DocumentReference", criteria, search::Handling::strict));
  storage::Page page;
  page.total = 0;
  // No document is made on demand, so that is what "only on-demand" finds.
  if (!on_demand) {
    REST_TRY(reader, call.reader());
    const bool is_current = !given.has("start") && !given.has("end");
    const std::size_t most = call.options->page_max;
    FHIR_CHECK(for_each_match(*reader, query, most, [&](storage::Version& version) {
      page.entries.push_back({std::move(version), true});
      return !is_current;
    }));
    page.total = page.entries.size();
  }
  query.self = self_of(given);
  return fhir_response(200, searchset(call, "DocumentReference/$docref", query, page));
}

}  // namespace server::rest
