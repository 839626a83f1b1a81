#include "src/rest/search_concepts.h"

#include <utility>

#include "src/rest/path.h"
#include "src/rest/search_request.h"
#include "src/search/reference_text.h"
#include "src/storage/codes_in_use.h"
#include "terminology/terminology.h"
#include "terminology/value_set.h"

namespace server::rest {
namespace {

fhir::Unexpected<fhir::Issue> refused(fhir::IssueType type, std::string diagnostics) {
  return fhir::unexpected(
      fhir::make_issue(fhir::Situation::malformed, type, std::move(diagnostics)));
}

}  // namespace

/// The codes that resources have under the parameter.
fhir::Result<std::vector<std::string>> SearchConcepts::in_use(
    const fhir::SearchParameter& parameter) const {
  FHIR_TRY(reader, call_.reader());
  auto* codes = dynamic_cast<storage::CodesInUse*>(reader.get());
  if (codes != nullptr) return codes->codes_in_use(parameter.url);
  return fhir::unexpected(fhir::make_issue(
      fhir::IssueType::too_costly,
      "it stands for more than " + std::to_string(search::k_concepts_max) + " codes"));
}

fhir::Result<SearchConcepts::Codes> SearchConcepts::codes_of(
    const terminology::ValueSet& set, const fhir::SearchParameter& parameter) const {
  const auto members = set.members(search::k_concepts_max);
  Codes codes;
  if (members) {
    for (const terminology::ListedCode& member : *members)
      codes.push_back({std::string(member.system), std::string(member.code)});
    return codes;
  }
  const fhir::Issue& issue = members.error();
  if (issue.type != fhir::IssueType::too_costly)
    return refused(issue.type, "the value set cannot be searched for: " + issue.diagnostics);
  // Too many to list, or, of a grammar, without end: those that anybody has used are asked for.
  FHIR_TRY(used, in_use(parameter));
  const auto systems = set.systems();
  for (const std::string& code : used) {
    for (std::string_view system : systems) {
      fhir::Coding coding;
      coding.system = system;
      coding.code = code;
      if (set.contains(coding) == fhir::Membership::yes)
        codes.push_back({std::string(system), code});
    }
    if (codes.size() > search::k_concepts_max)
      return refused(fhir::IssueType::too_costly, "more than " +
                                                      std::to_string(search::k_concepts_max) +
                                                      " codes of the value set are in use");
  }
  return codes;
}

/// The body of `ValueSet/id`, or of the stored value set with that url.
fhir::Result<std::string> SearchConcepts::stored_value_set(std::string_view reference) const {
  FHIR_TRY(reader, call_.reader());
  constexpr std::string_view k_type = "ValueSet";
  const std::string_view local =
      search::below_base(reference, call_.options->base_url).value_or(reference);
  if (local.starts_with("ValueSet/") && is_id(local.substr(k_type.size() + 1))) {
    FHIR_TRY(version, reader->read(k_type, local.substr(k_type.size() + 1)));
    return std::move(version.body);
  }
  const Parameters parameters = {{"url", std::string(reference)}};
  auto query = parse_search(call_, k_type, parameters, search::Handling::strict);
  if (!query) return std::string();
  query->count = 1;
  FHIR_TRY(page, reader->search(*query));
  if (page.entries.empty()) return std::string();
  return std::move(page.entries.front().version.body);
}

fhir::Result<SearchConcepts::Codes> SearchConcepts::members(
    std::string_view reference, const fhir::SearchParameter& parameter) const {
  const terminology::Terminology& held = *call_.snapshot->services.terminology;
  if (const terminology::ValueSet* set = held.find_value_set(reference))
    return codes_of(*set, parameter);
  auto body = stored_value_set(reference);
  if (!body || body->empty()) {
    return refused(fhir::IssueType::not_found, "there is no value set of that name here");
  }
  FHIR_TRY(document, fhir::json::Document::read(*std::move(body)));
  FHIR_TRY(set, held.read_value_set(document.root()));
  return codes_of(*set, parameter);
}

fhir::Result<SearchConcepts::Codes> SearchConcepts::walk(
    std::string_view system_url, std::string_view code, Way way,
    const fhir::SearchParameter& parameter) const {
  const terminology::CodeSystem* system =
      call_.snapshot->services.terminology->code_system(system_url);
  if (system == nullptr) {
    return refused(fhir::IssueType::not_found, "the code system is not held here");
  }
  Codes codes;
  const terminology::ConceptId start = system->find(code);
  if (start == terminology::k_no_concept) {
    codes.push_back({std::string(system_url), std::string(code)});
    return codes;
  }
  codes.push_back({std::string(system_url), std::string(system->at(start).code)});
  const auto others = way == Way::down ? system->descendants(start) : system->ancestors(start);
  if (others.size() < search::k_concepts_max) {
    for (const terminology::ConceptId id : others)
      codes.push_back({std::string(system_url), std::string(system->at(id).code)});
    return codes;
  }
  FHIR_TRY(used, in_use(parameter));
  for (const std::string& one : used) {
    const terminology::ConceptId id = system->find(one);
    if (id == terminology::k_no_concept || id == start ||
        !(way == Way::down ? system->is_a(id, start) : system->is_a(start, id)))
      continue;
    codes.push_back({std::string(system_url), std::string(system->at(id).code)});
    if (codes.size() > search::k_concepts_max)
      return refused(fhir::IssueType::too_costly,
                     "more than " + std::to_string(search::k_concepts_max) +
                         " of the codes that it stands for are in use");
  }
  return codes;
}

fhir::Result<SearchConcepts::Codes> SearchConcepts::at_or_below(
    std::string_view system, std::string_view code, const fhir::SearchParameter& parameter) const {
  return walk(system, code, Way::down, parameter);
}

fhir::Result<SearchConcepts::Codes> SearchConcepts::at_or_above(
    std::string_view system, std::string_view code, const fhir::SearchParameter& parameter) const {
  return walk(system, code, Way::up, parameter);
}

}  // namespace server::rest
