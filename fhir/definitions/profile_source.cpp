// https://hl7.org/fhir/R4/elementdefinition.html#path
#include "fhir/definitions/profile_source.h"

#include <algorithm>

#include "fhir/definitions/snapshot_generator.h"
#include "fhir/definitions/snapshot_limits.h"
#include "fhir/definitions/snapshot_tree.h"
#include "fhir/formats/json_items.h"

namespace fhir::definitions {
namespace {

constexpr std::string_view k_core_prefix = "http://hl7.org/fhir/StructureDefinition/";
constexpr std::string_view k_profile_element =
    "http://hl7.org/fhir/StructureDefinition/elementdefinition-profile-element";

std::string_view last_part(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

/// Where an element goes below its parent: beside the other children, or below what it slices.
SourceNode& place(SourceNode& parent, std::string_view name, std::string_view slice_name) {
  auto* list = &parent.children;
  if (!slice_name.empty()) {
    const std::string_view plain = without_choice_mark(name);
    const auto sliced = std::find_if(list->rbegin(), list->rend(), [&](const auto& node) {
      const std::string_view other = without_choice_mark(node->name);
      // `valueQuantity` slices `value[x]`.
      return node->name == name || (other != node->name && plain.starts_with(other));
    });
    if (sliced != list->rend()) list = &(*sliced)->slices;
    for (std::size_t slash = slice_name.find('/'); slash != std::string_view::npos;
         slash = slice_name.find('/', slash + 1)) {
      const auto outer = std::find_if(list->begin(), list->end(), [&](const auto& node) {
        return node->slice_name == slice_name.substr(0, slash);
      });
      if (outer != list->end()) list = &(*outer)->slices;
    }
  }
  return *list->emplace_back(std::make_unique<SourceNode>());
}

void fill(SourceNode& root, const json::Value& elements) {
  std::vector<SourceNode*> open;
  for (const json::Value& element : elements.items()) {
    const std::string_view path = element.string_at("path");
    const auto depth = static_cast<std::size_t>(std::count(path.begin(), path.end(), '.'));
    SourceNode* node = &root;
    const std::string_view slice_name = element.string_at("sliceName");
    const auto slashes = std::count(slice_name.begin(), slice_name.end(), '/');
    if (depth > k_path_depth_max || static_cast<std::size_t>(slashes) > k_reslice_depth_max)
      continue;
    if (depth > 0) {
      if (open.empty()) continue;
      open.resize(std::min(open.size(), depth));
      node = &place(*open.back(), last_part(path), slice_name);
      node->slice_name = slice_name;
    } else if (!open.empty()) {
      continue;  // a second root
    }
    node->element = &element;
    node->name = last_part(path);
    open.push_back(node);
  }
}

}  // namespace

std::string_view without_choice_mark(std::string_view name) {
  return name.ends_with("[x]") ? name.substr(0, name.size() - 3) : name;
}

const SourceNode* SourceNode::child(std::string_view child_name) const {
  for (const auto& candidate : children) {
    if (without_choice_mark(candidate->name) == child_name) return candidate.get();
  }
  return nullptr;
}

std::vector<std::string> profiles_of(const json::Value& type, std::string_view member) {
  std::vector<std::string> out;
  const json::Value* list = type.find(member);
  if (list == nullptr) return out;
  const auto siblings = json::items_at(type, "_" + std::string(member));
  for (std::size_t i = 0; i < list->items().size(); ++i) {
    out.emplace_back(list->items()[i].text());
    if (i >= siblings.size()) continue;
    if (const json::Value* id = extension_value(siblings[i], k_profile_element))
      out.back().append("#").append(id->text());
  }
  return out;
}

std::vector<std::string> SourceNode::canonicals(std::string_view member) const {
  std::vector<std::string> out;
  const json::Value* types = element != nullptr ? element->find("type") : nullptr;
  if (types == nullptr) return out;
  for (const json::Value& type : types->items()) {
    for (std::string& canonical : profiles_of(type, member)) out.push_back(std::move(canonical));
  }
  return out;
}

std::unique_ptr<ProfileSource> read_profile_source(const DefinitionStore& store,
                                                   const ConformanceRecord& record) {
  auto document = json::Document::read(std::string(record.json));
  if (!document) return nullptr;
  if (snapshot_elements(document->root()) == nullptr) {
    document = generate_snapshot(document->root(), store);
    if (!document) return nullptr;
  }
  auto out = std::make_unique<ProfileSource>(ProfileSource{std::move(*document), nullptr, {}});
  out->structure = &out->document.root();
  const json::Value* elements = snapshot_elements(*out->structure);
  if (elements == nullptr || elements->items().size() > k_snapshot_elements_max) return nullptr;
  fill(out->root, *elements);
  return out->root.element != nullptr ? std::move(out) : nullptr;
}

const SourceNode* ProfileSources::node(std::string_view canonical) {
  const std::size_t hash = canonical.find('#');
  const ProfileSource* source = find(canonical);
  if (source == nullptr || hash == std::string_view::npos)
    return source != nullptr ? &source->root : nullptr;
  // `Composition.section:codeA.entry`: the first part is the root.
  std::string_view id = canonical.substr(hash + 1);
  const SourceNode* at = &source->root;
  for (std::size_t dot = id.find('.'); dot != std::string_view::npos && at != nullptr;
       dot = id.find('.')) {
    id.remove_prefix(dot + 1);
    const std::string_view part = id.substr(0, id.find('.'));
    const std::size_t colon = part.find(':');
    at = at->child(without_choice_mark(part.substr(0, colon)));
    if (at == nullptr || colon == std::string_view::npos) continue;
    const auto slice = std::find_if(at->slices.begin(), at->slices.end(), [&](const auto& node) {
      return node->slice_name == part.substr(colon + 1);
    });
    at = slice != at->slices.end() ? slice->get() : nullptr;
  }
  return at;
}

const ProfileSource* ProfileSources::find(std::string_view canonical) {
  canonical = canonical.substr(0, canonical.find('#'));
  const auto [at, is_new] = read_.try_emplace(std::string(canonical));
  if (!is_new) return at->second.get();
  const ConformanceRecord* record = store_.record("StructureDefinition", canonical);
  if (record != nullptr) at->second = read_profile_source(store_, *record);
  return at->second.get();
}

std::string_view ProfileSources::type_name(std::string_view canonical) {
  if (canonical.starts_with(k_core_prefix)) {
    std::string_view name = canonical.substr(k_core_prefix.size());
    name = name.substr(0, name.find('|'));
    if (const TypeSchema* type = store_.type(name)) return type->name;
  }
  const ProfileSource* source = find(canonical);
  return source != nullptr ? source->structure->string_at("type") : std::string_view{};
}

}  // namespace fhir::definitions
