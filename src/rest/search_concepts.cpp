#include "src/rest/search_concepts.h"

#include <unordered_set>

#include "src/rest/path.h"
#include "src/rest/search_request.h"
#include "src/search/reference_text.h"
#include "terminology/terminology.h"
#include "terminology/value_set.h"

namespace server::rest {
namespace {

using search::ConceptCode;

fhir::Unexpected<fhir::Issue> refused(fhir::IssueType type, std::string diagnostics) {
  return fhir::unexpected(
      fhir::make_issue(fhir::Situation::malformed, type, std::move(diagnostics)));
}

fhir::Result<std::vector<ConceptCode>> codes_of(const terminology::ValueSet& set) {
  auto members = set.members(search::k_concepts_max);
  if (!members) {
    fhir::Issue issue = std::move(members).error();
    return refused(issue.type, "the value set cannot be searched for: " + issue.diagnostics);
  }
  std::vector<ConceptCode> codes;
  codes.reserve(members->size());
  for (const terminology::ListedCode& member : *members) {
    codes.push_back({std::string(member.system), std::string(member.code)});
  }
  return codes;
}

}  // namespace

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

fhir::Result<std::vector<ConceptCode>> SearchConcepts::members(std::string_view reference) const {
  const terminology::Terminology& held = *call_.snapshot->services.terminology;
  if (const terminology::ValueSet* set = held.find_value_set(reference)) return codes_of(*set);
  auto body = stored_value_set(reference);
  if (!body || body->empty()) {
    return refused(fhir::IssueType::not_found, "there is no value set of that name here");
  }
  FHIR_TRY(document, fhir::json::Document::read(*std::move(body)));
  FHIR_TRY(set, held.read_value_set(document.root()));
  return codes_of(*set);
}

fhir::Result<std::vector<ConceptCode>> SearchConcepts::walk(std::string_view system_url,
                                                            std::string_view code, Way way) const {
  const terminology::CodeSystem* system =
      call_.snapshot->services.terminology->code_system(system_url);
  if (system == nullptr) {
    return refused(fhir::IssueType::not_found, "the code system is not held here");
  }
  std::vector<ConceptCode> codes;
  const terminology::ConceptId start = system->find(code);
  if (start == terminology::k_no_concept) {
    codes.push_back({std::string(system_url), std::string(code)});
    return codes;
  }
  std::vector<terminology::ConceptId> open = {start};
  std::unordered_set<terminology::ConceptId> seen = {start};
  while (!open.empty()) {
    const terminology::ConceptId at = open.back();
    open.pop_back();
    codes.push_back({std::string(system_url), std::string(system->at(at).code)});
    if (codes.size() > search::k_concepts_max) {
      return refused(
          fhir::IssueType::too_costly,
          "the code stands for more than " + std::to_string(search::k_concepts_max) + " codes");
    }
    for (const terminology::ConceptId next :
         way == Way::down ? system->children(at) : system->parents(at)) {
      if (seen.insert(next).second) open.push_back(next);
    }
  }
  return codes;
}

fhir::Result<std::vector<ConceptCode>> SearchConcepts::at_or_below(std::string_view system,
                                                                   std::string_view code) const {
  return walk(system, code, Way::down);
}

fhir::Result<std::vector<ConceptCode>> SearchConcepts::at_or_above(std::string_view system,
                                                                   std::string_view code) const {
  return walk(system, code, Way::up);
}

}  // namespace server::rest
