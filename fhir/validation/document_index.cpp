#include "fhir/validation/document_index.h"

#include <utility>

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

std::string type_and_id(const json::Value& entry) {
  const json::Value& resource = resource_of(entry);
  return std::string(resource.string_at("resourceType"))
      .append("/")
      .append(resource.string_at("id"));
}

std::string with_version(const std::string& text, std::string_view version) {
  return std::string(text).append("|").append(version);
}

}  // namespace

DocumentIndex::DocumentIndex(std::span<const json::Value> entries,
                             const DefinitionStore& definitions)
    : entries_(entries), definitions_(definitions) {
  const auto add = [](Matches& matches, std::string key, std::uint32_t position) {
    Match& match = matches[std::move(key)];
    if (match.count++ == 0) match.first = position;
  };
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    const std::string_view version = version_of(entries[i]);
    const std::string full_url{entries[i].string_at("fullUrl")};
    const std::string name = type_and_id(entries[i]);
    if (!full_url.empty()) add(by_full_url_, full_url, i);  // nothing refers to no address
    add(by_type_and_id_, name, i);
    if (version.empty()) continue;
    if (!full_url.empty()) add(by_full_url_, with_version(full_url, version), i);
    add(by_type_and_id_, with_version(name, version), i);
  }
}

DocumentIndex::Match DocumentIndex::find(std::string_view text, std::uint32_t source) const {
  const ParsedReference reference = parse_reference(text, definitions_);
  const bool is_relative = reference.form == ReferenceForm::relative;
  std::string url{text.substr(0, text.find_first_of("#|"))};
  if (!reference.id.empty() && !reference.type.empty())
    url = std::string(reference.base).append(reference.type).append("/").append(reference.id);
  const std::string_view base = restful_base(entries_[source].string_at("fullUrl"));
  if (is_relative) url.insert(0, base);
  if (!reference.version.empty()) url = with_version(url, reference.version);
  const Matches& matches = is_relative && base.empty() ? by_type_and_id_ : by_full_url_;
  const auto found = matches.find(url);
  return found != matches.end() ? found->second : Match{};
}

std::uint32_t DocumentIndex::first_with_url_of(std::uint32_t position) const {
  const std::string url{entries_[position].string_at("fullUrl")};
  return url.empty() ? position : by_full_url_.at(url).first;
}

std::uint32_t DocumentIndex::first_with_name_of(std::uint32_t position) const {
  const bool is_named = !resource_of(entries_[position]).string_at("id").empty();
  return is_named ? by_type_and_id_.at(type_and_id(entries_[position])).first : position;
}

}  // namespace fhir::validation
