// https://hl7.org/fhir/R4/conceptmap-operation-translate.html
#include "src/operations/translate.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "src/operations/terminology_subject.h"
#include "src/operations/tx_request.h"
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

/// The words in which the request is put: R4's, or R5's for the same things.
struct Words {
  std::string_view code, system, coding, concepts, source, target, target_system;
  bool is_r5 = false;
};

Words words_of(const Parameters& parameters) {
  const Words r4{"code", "system", "coding", "codeableConcept", "source", "target", "targetsystem"};
  if (parameters.has("sourceCode") || parameters.has("sourceCoding") ||
      parameters.has("sourceCodeableConcept"))
    return {"sourceCode",  "sourceSystem", "sourceCoding", "sourceCodeableConcept",
            "sourceScope", "targetScope",  "targetSystem", true};
  if (parameters.has("targetCode") || parameters.has("targetCoding") ||
      parameters.has("targetCodeableConcept"))
    return {"targetCode",  "targetSystem", "targetCoding", "targetCodeableConcept",
            "targetScope", "sourceScope",  "sourceSystem", true};
  return r4;
}

/// "One (and only one) of the in parameters (code, coding, codeableConcept) must be provided"
fhir::Result<std::vector<Coding>> asked_codings(const Parameters& parameters, const Words& words) {
  const int ways = int{parameters.has(words.code)} + int{parameters.has(words.coding)} +
                   int{parameters.has(words.concepts)};
  if (ways != 1)
    return unexpected(make_issue(ways == 0 ? IssueType::required : IssueType::invalid,
                                 "Exactly one of code, coding and codeableConcept is needed"));
  std::vector<Coding> codings;
  if (const Value* coding = parameters.value(words.coding)) {
    codings.push_back(coding_of(*coding));
  } else if (const Value* concepts = parameters.value(words.concepts)) {
    if (const Value* list = concepts->find("coding")) {
      for (const Value& item : list->items()) codings.push_back(coding_of(item));
    }
  } else {
    codings.push_back({.system = parameters.text(words.system),
                       .version = parameters.text("version"),
                       .code = parameters.text(words.code),
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
  std::vector<std::unique_ptr<const ConceptMap>> owned;
};

fhir::Result<Maps> maps_of(const Invocation& invocation, const Parameters& parameters,
                           const terminology::Scope& scope, const Words& words, bool is_reverse) {
  const Services& services = *invocation.services;
  Maps maps;
  std::string canonical =
      canonical_of(parameters.text("url"), parameters.text("conceptMapVersion"));
  const auto sent = parameters.all("conceptMap");
  if (!invocation.id.empty()) {
    FHIR_TRY(named, canonical_by_id(services, "ConceptMap", invocation.id));
    canonical = canonical_of(named.url, named.version);
  } else if (!sent.empty()) {
    for (const Value* parameter : sent) {
      const Value* resource = parameter->find("resource");
      if (resource == nullptr)
        return unexpected(make_issue(IssueType::invalid, "conceptMap holds a resource"));
      FHIR_TRY(read, services.terminology->read_concept_map(*resource));
      maps.owned.push_back(std::move(read));
      maps.items.push_back(maps.owned.back().get());
    }
    return maps;
  }
  if (!canonical.empty()) {
    maps.items = scope.concept_maps(canonical);
    if (maps.items.empty())
      return unexpected(
          make_issue(IssueType::not_found, "No ConceptMap " + canonical + " is held"));
    return maps;
  }
  maps.items = scope.concept_maps();
  std::string_view source = parameters.text(words.source);
  std::string_view target = parameters.text(words.target);
  if (is_reverse && !words.is_r5) std::swap(source, target);
  const auto differs = [](std::string_view wanted, std::string_view own) {
    return !wanted.empty() && without_version(own) != without_version(wanted);
  };
  std::erase_if(maps.items, [&](const ConceptMap* map) {
    const bool is_turned = is_reverse && words.is_r5;
    const std::string_view from = is_turned ? map->target_value_set() : map->source_value_set();
    const std::string_view to = is_turned ? map->source_value_set() : map->target_value_set();
    return differs(source, from) || differs(target, to);
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

void write_match(ParametersWriter& out, const TranslateMatch& match, const Words& words) {
  out.begin_parts("match").text("equivalence", "Code", match.equivalence);
  if (!match.code.empty())
    out.coding("concept", {.system = match.system,
                           .version = match.version,
                           .code = match.code,
                           .display = match.display});
  for (const MapLink& product : match.products) write_product(out, product);
  for (const MapLink& product : match.own_products) write_product(out, product);
  if (words.is_r5)
    out.text("originMap", "Canonical", canonical_of(match.source, match.source_version));
  else
    out.text("source", "Uri", match.source);
  out.end_parts();
}

}  // namespace

fhir::Result<std::string> translate(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  const Words words = words_of(parameters);
  FHIR_TRY(codings, asked_codings(parameters, words));
  FHIR_TRY(is_reverse, parameters.boolean("reverse", words.code == "targetCode"));
  FHIR_TRY(scope, scope_of(invocation, parameters));
  FHIR_TRY(maps, maps_of(invocation, parameters, *scope, words, is_reverse));
  terminology::TranslateQuestion question{
      .coding = {},
      .target_system = parameters.text(words.target_system),
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
  for (const TranslateMatch& match : matches) write_match(out, match, words);
  return out.finish();
}

}  // namespace server::operations
