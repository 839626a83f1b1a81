// https://hl7.org/fhir/R4/conceptmap-operation-translate.html
#include "src/operations/translate.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "src/operations/terminology_subject.h"
#include "terminology/translate.h"

namespace server::operations {
namespace {

using fhir::Coding;
using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;
using fhir::json::Value;
using terminology::ConceptMap;
using terminology::Direction;
using terminology::MapLink;
using terminology::TranslateMatch;

/// "One (and only one) of the in parameters (code, coding, codeableConcept) must be provided"
fhir::Result<std::vector<Coding>> asked_codings(const Parameters& parameters) {
  const int ways = int{parameters.has("code")} + int{parameters.has("coding")} +
                   int{parameters.has("codeableConcept")};
  if (ways != 1)
    return unexpected(make_issue(ways == 0 ? IssueType::required : IssueType::invalid,
                                 "Exactly one of code, coding and codeableConcept is needed"));
  std::vector<Coding> codings;
  if (const Value* coding = parameters.value("coding")) {
    codings.push_back(coding_of(*coding));
  } else if (const Value* concepts = parameters.value("codeableConcept")) {
    if (const Value* list = concepts->find("coding")) {
      for (const Value& item : list->items()) codings.push_back(coding_of(item));
    }
  } else {
    codings.push_back({.system = parameters.text("system"),
                       .version = parameters.text("version"),
                       .code = parameters.text("code"),
                       .display = {}});
  }
  std::erase_if(codings,
                [](const Coding& coding) { return coding.code.empty() || coding.system.empty(); });
  if (codings.empty())
    return unexpected(make_issue(IssueType::required, "A code and its system are needed"));
  return codings;
}

/// "dependency": element, and concept: a CodeableConcept whose every coding counts as the value.
std::vector<MapLink> dependencies_of(const Parameters& parameters) {
  std::vector<MapLink> found;
  for (const Value* dependency : parameters.all("dependency")) {
    const Value* parts = dependency->find("part");
    if (parts == nullptr) continue;
    std::string_view element;
    const Value* concepts = nullptr;
    for (const Value& part : parts->items()) {
      const Value* value = value_of(part);
      if (value == nullptr) continue;
      if (part.string_at("name") == "element") element = value->string();
      if (part.string_at("name") == "concept") concepts = value;
    }
    const Value* codings = concepts == nullptr ? nullptr : concepts->find("coding");
    if (codings == nullptr) continue;
    for (const Value& coding : codings->items())
      found.push_back({element, coding.string_at("system"), coding.string_at("code"), {}});
  }
  return found;
}

std::string_view without_version(std::string_view canonical) {
  return canonical.substr(0, canonical.find('|'));
}

/// The maps to ask: one that is named, or all whose value sets are the ones given.
struct Maps {
  std::vector<const ConceptMap*> items;
  std::unique_ptr<const ConceptMap> owned;
};

fhir::Result<Maps> maps_of(const Invocation& invocation, const Parameters& parameters) {
  const Services& services = *invocation.services;
  Maps maps;
  std::string canonical =
      canonical_of(parameters.text("url"), parameters.text("conceptMapVersion"));
  const Value* sent = parameters.resource("conceptMap");
  if (!invocation.id.empty()) {
    FHIR_TRY(record, record_by_id(services, "ConceptMap", invocation.id));
    canonical = canonical_of(record->url, record->version);
  } else if (sent != nullptr) {
    FHIR_TRY(read, services.terminology->read_concept_map(*sent));
    maps.owned = std::move(read);
    maps.items = {maps.owned.get()};
    return maps;
  }
  if (!parameters.text("url").empty() || !invocation.id.empty()) {
    const ConceptMap* map = services.terminology->concept_map(canonical);
    if (map == nullptr)
      return unexpected(
          make_issue(IssueType::not_found, "No ConceptMap " + canonical + " is held"));
    maps.items = {map};
    return maps;
  }
  maps.items = services.terminology->concept_maps();
  const std::string_view source = parameters.text("source");
  const std::string_view target = parameters.text("target");
  std::erase_if(maps.items, [&](const ConceptMap* map) {
    return (!source.empty() &&
            without_version(map->source_value_set()) != without_version(source)) ||
           (!target.empty() && without_version(map->target_value_set()) != without_version(target));
  });
  return maps;
}

void write_product(ParametersWriter& out, const MapLink& product) {
  out.begin_parts("product").text("element", "Uri", product.property);
  out.coding(
      "concept",
      {.system = product.system, .version = {}, .code = product.value, .display = product.display});
  out.end_parts();
}

void write_match(ParametersWriter& out, const TranslateMatch& match) {
  out.begin_parts("match").text("equivalence", "Code", match.equivalence);
  if (!match.code.empty())
    out.coding("concept", {.system = match.system,
                           .version = match.version,
                           .code = match.code,
                           .display = match.display});
  for (const MapLink& product : match.products) write_product(out, product);
  for (const MapLink& product : match.own_products) write_product(out, product);
  out.text("source", "Uri", match.source).end_parts();
}

}  // namespace

fhir::Result<std::string> translate(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  FHIR_TRY(codings, asked_codings(parameters));
  FHIR_TRY(is_reverse, parameters.boolean("reverse", false));
  FHIR_TRY(maps, maps_of(invocation, parameters));
  terminology::TranslateQuestion question{
      .coding = {},
      .target_system = parameters.text("targetsystem"),
      .direction = is_reverse ? Direction::reverse : Direction::forward,
      .dependencies = dependencies_of(parameters)};
  std::vector<TranslateMatch> matches;
  for (const Coding& coding : codings) {
    question.coding = coding;
    for (const ConceptMap* map : maps.items) {
      const auto found = terminology::translate(*invocation.services->terminology, *map, question);
      matches.insert(matches.end(), found.begin(), found.end());
    }
  }
  // "The value can only be true if at least one returned match has an equivalence which is not
  // unmatched or disjoint."
  const bool result = std::any_of(matches.begin(), matches.end(),
                                  [](const TranslateMatch& match) { return match.is_positive(); });
  ParametersWriter out;
  out.boolean("result", result);
  if (matches.empty()) out.text("message", "String", "No mapping was found for this code");
  for (const TranslateMatch& match : matches) write_match(out, match);
  return out.finish();
}

}  // namespace server::operations
