// https://hl7.org/fhir/R4/codesystem.html#hierarchy
// https://hl7.org/fhir/R4/codesystem-concept-properties.html
#include "terminology/code_system_reader.h"

#include <algorithm>
#include <memory>

#include "terminology/concept_extensions.h"
#include "terminology/concept_property_reader.h"
#include "terminology/designation_reader.h"

namespace terminology {
namespace {

using fhir::json::Value;

Content content_of(std::string_view code) {
  if (code == "not-present") return Content::not_present;
  if (code == "example") return Content::example;
  if (code == "fragment") return Content::fragment;
  if (code == "supplement") return Content::supplement;
  return Content::complete;
}

bool contains(const std::vector<std::string_view>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

void CodeSystemReader::read(const Value& resource, std::span<const Value> supplements) {
  read_info(resource);
  read_property_codes(resource);
  read_concepts(resource, k_no_concept);
  system_.index_ = CodeIndex::make(static_cast<std::uint32_t>(raw_.size()),
                                   [&](std::uint32_t i) { return raw_[i].value.code; });
  // The finished array is where find() looks: it gets the codes now, the rest in finish().
  system_.nodes_ = {system_.arena_.allocate_array<FhirCodeSystem::Node>(raw_.size()), raw_.size()};
  for (std::size_t i = 0; i < raw_.size(); ++i) {
    new (&system_.nodes_[i]) FhirCodeSystem::Node();
    system_.nodes_[i].value = raw_[i].value;
  }
  for (const Value& supplement : supplements) {
    read_property_codes(supplement);
    add_supplement(supplement);
  }
  join_by_properties();
  finish();
}

void CodeSystemReader::read_info(const Value& resource) {
  CodeSystemInfo& info = system_.info_;
  info.url = keep(resource.string_at("url"));
  info.version = keep(resource.string_at("version"));
  info.name = keep(resource.string_at("name"));
  info.title = keep(resource.string_at("title"));
  info.language = keep(resource.string_at("language"));
  info.content = resource.string_at("supplements").empty()
                     ? content_of(resource.string_at("content"))
                     : Content::supplement;
  const Value* case_sensitive = resource.find("caseSensitive");
  info.is_case_sensitive = case_sensitive != nullptr && case_sensitive->text() == "true";
  const Value* experimental = resource.find("experimental");
  info.is_experimental = experimental != nullptr && experimental->text() == "true";
  info.status = keep(resource.string_at("status"));
  info.standards_status = keep(standards_status_of(resource));
  const std::string_view meaning = resource.string_at("hierarchyMeaning");
  info.hierarchy_is_subsumption = meaning.empty() || meaning == "is-a";
}

/// A property with a standard uri means what the uri says, whatever its code.
void CodeSystemReader::read_property_codes(const Value& resource) {
  constexpr std::string_view k_standard = "http://hl7.org/fhir/concept-properties#";
  const auto add = [&](std::string_view code, std::string_view meaning) {
    if (meaning == "parent" || meaning == "subsumedBy") parent_codes_.push_back(code);
    if (meaning == "child") child_codes_.push_back(code);
    if (meaning == "notSelectable") abstract_codes_.push_back(code);
    if (meaning == "inactive") inactive_codes_.push_back(code);
    if (meaning == "status") status_codes_.push_back(code);
  };
  const Value* declared = resource.find("property");
  if (declared == nullptr) return;
  for (const Value& property : declared->items()) {
    const std::string_view code = keep(property.string_at("code"));
    const std::string_view uri = property.string_at("uri");
    system_.declared_.push_back({code, keep(uri)});
    if (uri.starts_with(k_standard)) add(code, uri.substr(k_standard.size()));
  }
}

void CodeSystemReader::read_concepts(const Value& owner, ConceptId parent) {
  const Value* concepts = owner.find("concept");
  if (concepts == nullptr) return;
  for (const Value& source : concepts->items()) {
    const ConceptId id = static_cast<ConceptId>(raw_.size());
    raw_.emplace_back();
    read_concept(source, raw_.back());
    if (parent != k_no_concept) join(parent, id);
    read_concepts(source, id);
  }
}

void CodeSystemReader::read_concept(const Value& source, Raw& raw) {
  raw.value.code = keep(source.string_at("code"));
  raw.value.display = keep(source.string_at("display"));
  raw.value.definition = keep(source.string_at("definition"));
  read_designations(source, system_.arena_, raw.designations);
  raw.extensions = keep(carried_extensions(source));
  read_extension_properties(source, system_.arena_, raw.properties);
  read_concept_properties(source, system_.arena_, raw.properties);
}

void CodeSystemReader::add_supplement(const Value& owner) {
  const Value* concepts = owner.find("concept");
  if (concepts == nullptr) return;
  for (const Value& source : concepts->items()) {
    const ConceptId id = system_.find(source.string_at("code"));
    if (id != k_no_concept) {
      Raw extra;
      read_concept(source, extra);
      Raw& raw = raw_[id];
      raw.properties.insert(raw.properties.end(), extra.properties.begin(), extra.properties.end());
      raw.designations.insert(raw.designations.end(), extra.designations.begin(),
                              extra.designations.end());
      if (raw.extensions.empty()) raw.extensions = extra.extensions;
    }
    add_supplement(source);
  }
}

void CodeSystemReader::mark(Raw& raw) const {
  for (const Property& property : raw.properties) {
    if (contains(abstract_codes_, property.code) && property.value == "true")
      raw.value.is_abstract = true;
    if (contains(inactive_codes_, property.code) && property.value == "true")
      raw.value.is_inactive = true;
    if (contains(status_codes_, property.code) &&
        (property.value == "retired" || property.value == "inactive"))
      raw.value.is_inactive = true;
  }
}

void CodeSystemReader::join_by_properties() {
  for (ConceptId id = 0; id < raw_.size(); ++id) {
    for (const Property& property : raw_[id].properties) {
      const bool names_parent = contains(parent_codes_, property.code);
      if (!names_parent && !contains(child_codes_, property.code)) continue;
      const ConceptId other = system_.find(property.value);
      if (other == k_no_concept || other == id) continue;
      names_parent ? join(other, id) : join(id, other);
    }
  }
}

void CodeSystemReader::join(ConceptId parent, ConceptId child) {
  if (!joined_.insert(std::uint64_t{parent} << 32 | child).second) return;
  raw_[child].parents.push_back(parent);
  raw_[parent].children.push_back(child);
}

void CodeSystemReader::finish() {
  for (std::size_t i = 0; i < raw_.size(); ++i) {
    Raw& raw = raw_[i];
    mark(raw);
    FhirCodeSystem::Node& node = system_.nodes_[i];
    node.value = raw.value;
    node.properties = system_.arena_.copy(raw.properties);
    node.designations = system_.arena_.copy(raw.designations);
    node.parents = system_.arena_.copy(raw.parents);
    node.children = system_.arena_.copy(raw.children);
    node.extensions = raw.extensions;
  }
}

}  // namespace terminology
