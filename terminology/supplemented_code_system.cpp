#include "terminology/supplemented_code_system.h"

#include <algorithm>

#include "terminology/concept_extensions.h"
#include "terminology/concept_property_reader.h"
#include "terminology/designation_reader.h"
#include "terminology/language_tag.h"
#include "terminology/release/words.h"

namespace terminology {

using fhir::json::Value;

namespace {

/// Whether each word of a folded text begins a word of another, as an index of words finds.
bool has_all_words(std::string_view wanted, std::string_view folded) {
  bool has_all = true;
  release::for_each_word(wanted, [&](std::string_view word) {
    bool has_one = false;
    release::for_each_word(
        folded, [&](std::string_view own) { has_one = has_one || own.starts_with(word); });
    has_all = has_all && has_one;
  });
  return has_all;
}

}  // namespace

SupplementedCodeSystem::SupplementedCodeSystem(const CodeSystem& base,
                                               std::span<const Value> supplements)
    : base_(base) {
  for (const Value& supplement : supplements) {
    if (const Value* declared = supplement.find("property")) {
      for (const Value& property : declared->items())
        property_uris_.emplace(arena_.copy(property.string_at("code")),
                               arena_.copy(property.string_at("uri")));
    }
    add(supplement);
  }
}

void SupplementedCodeSystem::add(const Value& owner) {
  const Value* concepts = owner.find("concept");
  if (concepts == nullptr) return;
  for (const Value& source : concepts->items()) {
    const ConceptId id = base_.find(source.string_at("code"));
    if (id != k_no_concept) {
      Extra& extra = extras_[id];
      read_designations(source, arena_, extra.designations);
      read_extension_properties(source, arena_, extra.properties);
      read_concept_properties(source, arena_, extra.properties);
      if (extra.extensions.empty()) extra.extensions = arena_.copy(carried_extensions(source));
    }
    add(source);
  }
}

const SupplementedCodeSystem::Extra* SupplementedCodeSystem::extra_of(ConceptId id) const {
  const auto found = extras_.find(id);
  return found == extras_.end() ? nullptr : &found->second;
}

std::uint32_t SupplementedCodeSystem::property_count(ConceptId id) const {
  const Extra* extra = extra_of(id);
  const std::uint32_t own = base_.property_count(id);
  return extra == nullptr ? own : own + static_cast<std::uint32_t>(extra->properties.size());
}

Property SupplementedCodeSystem::property(ConceptId id, std::uint32_t index) const {
  const std::uint32_t own = base_.property_count(id);
  return index < own ? base_.property(id, index) : extra_of(id)->properties[index - own];
}

std::uint32_t SupplementedCodeSystem::designation_count(ConceptId id) const {
  const Extra* extra = extra_of(id);
  const std::uint32_t own = base_.designation_count(id);
  return extra == nullptr ? own : own + static_cast<std::uint32_t>(extra->designations.size());
}

Designation SupplementedCodeSystem::designation(ConceptId id, std::uint32_t index) const {
  const std::uint32_t own = base_.designation_count(id);
  return index < own ? base_.designation(id, index) : extra_of(id)->designations[index - own];
}

std::vector<ConceptId> SupplementedCodeSystem::search(std::string_view text) const {
  std::vector<ConceptId> found = base_.search(text);
  if (!base_.has_text_index()) return found;
  const std::string wanted = release::fold_words(text);
  for (const auto& [id, extra] : extras_) {
    for (const Designation& designation : extra.designations) {
      if (has_all_words(wanted, release::fold_words(designation.value))) found.push_back(id);
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::string_view SupplementedCodeSystem::display_in(ConceptId id, std::string_view language) const {
  if (const Extra* extra = extra_of(id)) {
    for (const Designation& designation : extra->designations) {
      if (language_serves(designation.language, language)) return designation.value;
    }
  }
  return base_.display_in(id, language);
}

std::string_view SupplementedCodeSystem::property_uri(std::string_view code) const {
  const auto found = property_uris_.find(code);
  return found != property_uris_.end() ? found->second : base_.property_uri(code);
}

std::string_view SupplementedCodeSystem::extensions(ConceptId id) const {
  const Extra* extra = extra_of(id);
  return extra != nullptr && !extra->extensions.empty() ? extra->extensions : base_.extensions(id);
}

}  // namespace terminology
