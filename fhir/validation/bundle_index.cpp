// https://hl7.org/fhir/R4/bundle.html#references
#include "fhir/validation/bundle_index.h"

#include "fhir/validation/primitives.h"

namespace fhir::validation {
namespace {

std::string type_and_id(std::string_view type, std::string_view id) {
  std::string key{type};
  key.append("/").append(id);
  return key;
}

/// Calls `visit(entry, resource)` for each entry that has a resource.
template <class Visit>
void for_each_resource(const json::Value& bundle, Visit&& visit) {
  const json::Value* entries = bundle.find("entry");
  if (entries == nullptr) return;
  for (const json::Value& entry : entries->items()) {
    const json::Value* resource = entry.find("resource");
    if (resource != nullptr && resource->is_object()) visit(entry, *resource);
  }
}

}  // namespace

BundleIndex::BundleIndex(const json::Value& bundle) : bundle_(&bundle) {
  for_each_resource(bundle, [&](const json::Value& entry, const json::Value& resource) {
    const std::string_view full_url = entry.string_at("fullUrl");
    if (!full_url.empty()) by_full_url_.emplace(full_url, &resource);
  });
}

const json::Value* BundleIndex::find_by_id(std::string_view type, std::string_view id) const {
  if (bundle_ == nullptr) return nullptr;
  if (by_type_and_id_.empty()) {
    for_each_resource(*bundle_, [&](const json::Value&, const json::Value& resource) {
      const std::string_view own_id = resource.string_at("id");
      if (own_id.empty()) return;
      by_type_and_id_.emplace(type_and_id(resource.string_at("resourceType"), own_id), &resource);
    });
  }
  const auto found = by_type_and_id_.find(type_and_id(type, id));
  return found != by_type_and_id_.end() ? found->second : nullptr;
}

const json::Value* BundleIndex::find(std::string_view full_url) const {
  const auto found = by_full_url_.find(full_url);
  return found != by_full_url_.end() ? found->second : nullptr;
}

const json::Value* BundleIndex::find(const ParsedReference& reference, std::string_view text,
                                     std::string_view source_full_url) const {
  if (reference.form == ReferenceForm::urn) return find(text);
  if (reference.type.empty() || reference.id.empty()) return find(text);
  const std::size_t id_end =
      static_cast<std::size_t>(reference.id.data() + reference.id.size() - text.data());
  const std::string_view without_version = text.substr(0, id_end);
  if (reference.form == ReferenceForm::absolute) return find(without_version);
  // "If the reference is relative … the base of the entry's fullUrl is prepended."
  if (const std::string_view base = restful_base(source_full_url); !base.empty()) {
    std::string url{base};
    url.append(without_version);
    return find(url);
  }
  return find_by_id(reference.type, reference.id);
}

std::string_view restful_base(std::string_view full_url) {
  if (!full_url.starts_with("http")) return {};
  const std::size_t id = full_url.rfind('/');
  if (id == std::string_view::npos || id == 0 || !is_id(full_url.substr(id + 1))) return {};
  const std::size_t type = full_url.rfind('/', id - 1);
  if (type == std::string_view::npos) return {};
  const std::string_view name = full_url.substr(type + 1, id - type - 1);
  if (name.empty() || name[0] < 'A' || name[0] > 'Z') return {};
  return full_url.substr(0, type + 1);
}

}  // namespace fhir::validation
