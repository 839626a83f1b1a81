#include "fhir/validation/document_index.h"

#include <algorithm>

#include "fhir/validation/bundle_index.h"
#include "fhir/validation/reference.h"

namespace fhir::validation {
namespace {

const json::Value& resource_of(const json::Value& entry) {
  static const json::Value k_none;
  const json::Value* resource = entry.find("resource");
  return resource != nullptr ? *resource : k_none;
}

std::string_view version_of(const json::Value& entry) {
  const json::Value* meta = resource_of(entry).find("meta");
  return meta != nullptr ? meta->string_at("versionId") : std::string_view{};
}

std::string type_and_id(std::string_view type, std::string_view id) {
  return std::string(type).append("/").append(id);
}

}  // namespace

DocumentIndex::DocumentIndex(std::span<const json::Value> entries,
                             const DefinitionStore& definitions)
    : entries_(entries), definitions_(definitions) {
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    const json::Value& resource = resource_of(entries[i]);
    by_full_url_[std::string(entries[i].string_at("fullUrl"))].push_back(i);
    by_type_and_id_[type_and_id(resource.string_at("resourceType"), resource.string_at("id"))]
        .push_back(i);
  }
}

std::vector<std::uint32_t> DocumentIndex::find(std::string_view text, std::uint32_t source) const {
  const ParsedReference reference = parse_reference(text, definitions_);
  const bool is_relative = reference.form == ReferenceForm::relative;
  std::string url{text.substr(0, text.find_first_of("#|"))};
  if (!reference.id.empty() && !reference.type.empty()) {
    url = reference.base;
    url.append(type_and_id(reference.type, reference.id));
  }
  const std::string_view base = restful_base(entries_[source].string_at("fullUrl"));
  if (is_relative) url.insert(0, base);
  const Positions& positions = is_relative && base.empty() ? by_type_and_id_ : by_full_url_;
  const auto found = positions.find(url);
  if (found == positions.end()) return {};
  std::vector<std::uint32_t> out = found->second;
  if (!reference.version.empty())
    std::erase_if(out,
                  [&](std::uint32_t at) { return version_of(entries_[at]) != reference.version; });
  return out;
}

}  // namespace fhir::validation
