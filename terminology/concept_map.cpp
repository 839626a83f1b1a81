// https://hl7.org/fhir/R4/conceptmap-definitions.html
#include "terminology/concept_map.h"

#include <utility>

namespace terminology {

using fhir::json::Value;

namespace {

constexpr std::string_view k_all_codes = "?fhir_vs";

}  // namespace

std::unique_ptr<const ConceptMap> ConceptMap::make(const Value& resource) {
  std::unique_ptr<ConceptMap> map(new ConceptMap);
  map->url_ = map->keep(resource.string_at("url"));
  map->version_ = map->keep(resource.string_at("version"));
  map->title_ = map->keep(resource.string_at("title"));
  for (std::string_view name : {"sourceCanonical", "sourceUri"}) {
    if (const Value* source = resource.find(name))
      map->source_value_set_ = map->keep(source->string());
  }
  for (std::string_view name : {"targetCanonical", "targetUri"}) {
    if (const Value* target = resource.find(name))
      map->target_value_set_ = map->keep(target->string());
  }
  if (const Value* groups = resource.find("group")) {
    for (const Value& group : groups->items()) map->groups_.push_back(map->read_group(group));
  }
  return map;
}

std::unique_ptr<const ConceptMap> ConceptMap::make_implicit(
    const Implicit& about, std::unique_ptr<const ImplicitMap> implicit) {
  std::unique_ptr<ConceptMap> map(new ConceptMap);
  map->url_ = map->keep(about.url);
  map->version_ = map->keep(about.version);
  map->title_ = map->keep(about.title);
  map->source_value_set_ = map->keep(std::string(about.source).append(k_all_codes));
  map->target_value_set_ = map->keep(std::string(about.target).append(k_all_codes));
  MapGroup group;
  group.source = map->keep(about.source);
  group.target = map->keep(about.target);
  map->groups_.push_back(std::move(group));
  map->implicit_ = std::move(implicit);
  return map;
}

MapGroup ConceptMap::read_group(const Value& source) {
  MapGroup group;
  group.source = keep(source.string_at("source"));
  group.source_version = keep(source.string_at("sourceVersion"));
  group.target = keep(source.string_at("target"));
  group.target_version = keep(source.string_at("targetVersion"));
  std::vector<MapElement> elements;
  if (const Value* list = source.find("element")) {
    for (const Value& item : list->items()) {
      std::vector<MapTarget> targets;
      if (const Value* target_list = item.find("target")) {
        for (const Value& target : target_list->items()) targets.push_back(read_target(target));
      }
      elements.push_back(
          {keep(item.string_at("code")), keep(item.string_at("display")), arena_.copy(targets)});
    }
  }
  group.elements = arena_.copy(elements);
  for (const MapElement& element : group.elements) {
    for (const MapTarget& target : element.targets) {
      if (!target.code.empty()) group.pairs.push_back({&element, &target});
    }
  }
  group.by_source = CodeIndex::make(static_cast<std::uint32_t>(group.elements.size()),
                                    [&](std::uint32_t i) { return group.elements[i].code; });
  group.by_target = CodeIndex::make(static_cast<std::uint32_t>(group.pairs.size()),
                                    [&](std::uint32_t i) { return group.pairs[i].target->code; });
  if (const Value* unmapped = source.find("unmapped")) {
    const std::string_view mode = unmapped->string_at("mode");
    if (mode == "provided") group.unmapped = MapGroup::Unmapped::provided;
    if (mode == "fixed") group.unmapped = MapGroup::Unmapped::fixed;
    if (mode == "other-map") group.unmapped = MapGroup::Unmapped::other_map;
    group.unmapped_code = keep(unmapped->string_at("code"));
    group.unmapped_display = keep(unmapped->string_at("display"));
    group.unmapped_url = keep(unmapped->string_at("url"));
  }
  return group;
}

MapTarget ConceptMap::read_target(const Value& source) {
  MapTarget target;
  target.code = keep(source.string_at("code"));
  target.display = keep(source.string_at("display"));
  target.equivalence = keep(source.string_at("equivalence"));
  target.comment = keep(source.string_at("comment"));
  target.depends_on = read_links(source.find("dependsOn"));
  target.products = read_links(source.find("product"));
  return target;
}

std::span<const MapLink> ConceptMap::read_links(const Value* source) {
  std::vector<MapLink> links;
  if (source != nullptr) {
    for (const Value& item : source->items())
      links.push_back({keep(item.string_at("property")), keep(item.string_at("system")),
                       keep(item.string_at("value")), keep(item.string_at("display"))});
  }
  return arena_.copy(links);
}

}  // namespace terminology
