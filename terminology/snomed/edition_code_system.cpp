// What an edition is to FHIR: properties, designations, displays.
// https://hl7.org/fhir/R4/snomedct.html#4.3.1.0.7
#include <algorithm>
#include <array>

#include "terminology/code_text.h"
#include "terminology/language_tag.h"
#include "terminology/snomed/edition.h"
#include "terminology/snomed/snomed_ids.h"

namespace terminology::snomed {
namespace {

constexpr std::uint32_t k_own_properties = 4;  // before the attributes
constexpr std::size_t k_no_set = static_cast<std::size_t>(-1);

std::string_view truth(bool value) { return value ? "true" : "false"; }

PropertyType type_of(ecl::Relationship::ValueKind kind) {
  switch (kind) {
    case ecl::Relationship::ValueKind::concept_id:
      return PropertyType::code;
    case ecl::Relationship::ValueKind::number:
      return PropertyType::decimal;
    case ecl::Relationship::ValueKind::boolean:
      return PropertyType::boolean;
    case ecl::Relationship::ValueKind::string:
      break;
  }
  return PropertyType::string;
}

/// The reference set that a tag names by its digits: en-x-sctlang-90000000-00005090-07.
SctId named_set(std::string_view tag) {
  constexpr std::string_view k_mark = "-x-sctlang-";
  const std::size_t at = tag.find(k_mark);
  if (at == std::string_view::npos) return 0;
  SctId id = 0;
  for (const char c : tag.substr(at + k_mark.size(), 24)) {
    if (c >= '0' && c <= '9') id = id * 10 + static_cast<SctId>(c - '0');
  }
  return id;
}

}  // namespace

std::uint32_t Edition::property_count(ConceptId id) const {
  return k_own_properties + relationships_.count(id);
}

Property Edition::property(ConceptId id, std::uint32_t index) const {
  switch (index) {
    case 0:
      return {.code = "inactive", .type = PropertyType::boolean, .value = truth(!is_active(id))};
    case 1:
      return {.code = "sufficientlyDefined",
              .type = PropertyType::boolean,
              .value = truth(definition_status(id) == defined_ && defined_ != k_no_concept)};
    case 2: {
      const ConceptId owner = module(id);
      return {.code = "moduleId",
              .type = PropertyType::code,
              .value = owner < size() ? code(owner) : std::string_view{}};
    }
    case 3:
      return {.code = "effectiveTime",
              .type = PropertyType::string,
              .value = text(concept_rows_[id].time_text)};
    default:
      break;
  }
  const ecl::Relationship& item = relationships_[id][index - k_own_properties];
  const bool is_concept = item.kind == ecl::Relationship::ValueKind::concept_id;
  return {.code = code(item.type),
          .type = type_of(item.kind),
          .value = is_concept ? code(item.value) : concrete(item.value)};
}

std::uint32_t Edition::designation_count(ConceptId id) const {
  std::uint32_t count = 0;
  for (const DescriptionRow& item : descriptions_[id]) {
    if ((item.time_and_active & k_active_bit) == 0) break;  // what is inactive stands last
    ++count;
  }
  return count;
}

Designation Edition::designation(ConceptId id, std::uint32_t index) const {
  const DescriptionRow& item = descriptions_[id][index];
  Designation designation{.language = text(languages_[item.language]), .value = text(item.term)};
  const ConceptId type = description_types_[item.type];
  if (type < size()) {
    designation.use_system = k_url;
    designation.use_code = code(type);
    designation.use_display = display(type);
  }
  return designation;
}

/// Position of the language reference set that a tag names; k_no_set when it names none.
std::size_t Edition::language_set_of(std::string_view tag) const {
  SctId wanted = named_set(tag);
  if (wanted == 0 && equals_ignoring_case(tag, "en-US")) wanted = k_us_english;
  if (wanted == 0 && equals_ignoring_case(tag, "en-GB")) wanted = k_gb_english;
  const ConceptId id = wanted != 0 ? find(wanted) : k_no_concept;
  const auto set = std::find(language_sets_.begin(), language_sets_.end(), id);
  return id == k_no_concept || set == language_sets_.end()
             ? k_no_set
             : static_cast<std::size_t>(set - language_sets_.begin());
}

bool Edition::is_preferred_in_any(std::uint32_t description) const {
  for (std::size_t set = 0; set < language_sets_.size(); ++set) {
    if (acceptability_in(set, description) == Acceptability::preferred) return true;
  }
  return false;
}

std::string_view Edition::display_in(ConceptId id, std::string_view language) const {
  if (language.empty()) return display(id);
  const std::size_t set = language_set_of(language);
  const std::string_view plain = language.substr(0, language.find("-x-"));
  const std::uint32_t first = descriptions_.first(id);
  std::string_view of_language;
  bool is_preferred = false;
  for (std::uint32_t i = 0, count = designation_count(id); i < count; ++i) {
    const std::uint32_t position = first + i;
    const ConceptId type = description_types_[row(position).type];
    const bool is_name = type < size() && sct_ids_[type] == k_synonym;
    if (!is_name) continue;
    if (set != k_no_set) {
      if (acceptability_in(set, position) == Acceptability::preferred)
        return text(row(position).term);
    }
    if (is_preferred || !language_serves(text(languages_[row(position).language]), plain)) continue;
    if (is_preferred_in_any(position)) is_preferred = true;
    if (is_preferred || of_language.empty()) of_language = text(row(position).term);
  }
  if (set == k_no_set && language_serves(info().language, plain)) return display(id);
  return of_language.empty() ? display(id) : of_language;
}

}  // namespace terminology::snomed
