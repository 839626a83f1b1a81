// What an edition is to expression constraints, and the checks of its sections.
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-release-file-specification
#include "terminology/snomed/edition.h"

#include <algorithm>

#include "terminology/release/words.h"
#include "terminology/snomed/snomed_ids.h"

namespace terminology::snomed {
namespace {

template <class T>
release::Lists<T> lists(const release::MappedFile& file, release::Section offsets,
                        release::Section values) {
  return {file.array<std::uint32_t>(offsets), file.array<T>(values)};
}

}  // namespace

fhir::Result<std::shared_ptr<const Edition>> Edition::make(
    std::shared_ptr<const release::MappedFile> file) {
  std::shared_ptr<Edition> edition(new Edition(std::move(file)));
  FHIR_CHECK(edition->check());
  edition->find_known_concepts();
  return std::shared_ptr<const Edition>(std::move(edition));
}

Edition::Edition(std::shared_ptr<const release::MappedFile> mapped)
    : ReleaseCodeSystem(std::move(mapped)),
      sct_ids_(file().array<SctId>(k_sct_ids)),
      concept_rows_(file().array<ConceptRow>(k_concept_rows)),
      descriptions_(lists<DescriptionRow>(file(), k_description_offsets, k_descriptions)),
      description_order_(file().array<std::uint32_t>(k_description_order)),
      languages_(file().array<release::TextRef>(k_languages)),
      modules_(file().array<ConceptId>(k_modules)),
      description_types_(file().array<ConceptId>(k_description_types)),
      language_sets_(file().array<ConceptId>(k_language_sets)),
      acceptabilities_(file().array<std::uint8_t>(k_acceptabilities)),
      relationships_(lists<ecl::Relationship>(file(), k_relationship_offsets, k_relationships)),
      incoming_(lists<ecl::IncomingRelationship>(file(), k_incoming_offsets, k_incoming)),
      reference_set_rows_(file().array<ReferenceSetRow>(k_reference_sets)),
      members_(file().array<MemberRow>(k_members)),
      member_values_(file().array<std::uint32_t>(k_member_values)),
      alternates_(file().array<AlternateRow>(k_alternates)) {
  for (const FieldRow& field : file().array<FieldRow>(k_fields))
    fields_.push_back({text(field.name), static_cast<ecl::FieldType>(field.type)});
  for (const ReferenceSetRow& set : reference_set_rows_) {
    if (std::uint64_t{set.first_field} + set.field_count > fields_.size()) break;
    reference_sets_.push_back(
        {set.id, set.first, set.count,
         std::span<const ecl::Field>(fields_).subspan(set.first_field, set.field_count)});
  }
}

void Edition::find_known_concepts() {
  preferred_ = find(k_preferred);
  acceptable_ = find(k_acceptable);
  defined_ = find(k_defined);
  definition_type_ = find(k_definition);
}

fhir::Result<void> Edition::check() const {
  FHIR_CHECK(ReleaseCodeSystem::check());
  const std::size_t count = size();
  const std::size_t descriptions = descriptions_.values().size();
  const bool fits =
      sct_ids_.size() == count && concept_rows_.size() == count && descriptions_.fit(count) &&
      description_order_.size() == descriptions &&
      acceptabilities_.size() == language_sets_.size() * descriptions &&
      relationships_.fit(count) && incoming_.fit(count) &&
      reference_sets_.size() == reference_set_rows_.size() &&
      std::all_of(reference_set_rows_.begin(), reference_set_rows_.end(),
                  [&](const ReferenceSetRow& set) {
                    return std::uint64_t{set.first} + set.count <= members_.size() &&
                           set.first_value + std::uint64_t{set.count} * set.field_count <=
                               member_values_.size();
                  });
  if (!fits || !leads_nowhere_else())
    return fhir::unexpected(file().damaged("the components of SNOMED CT"));
  return {};
}

/// Whether every number that is used as a position is one.
bool Edition::leads_nowhere_else() const {
  const ConceptId count = size();
  const auto all = [](const auto& rows, auto&& is_good) {
    return std::all_of(rows.begin(), rows.end(), is_good);
  };
  const auto& names = descriptions_.values();
  return all(names,
             [&](const DescriptionRow& item) {
               return item.concept_id < count && item.module < modules_.size() &&
                      item.type < description_types_.size() && item.language < languages_.size();
             }) &&
         all(description_order_, [&](std::uint32_t at) { return at < names.size(); }) &&
         all(relationships_.values(),
             [&](const ecl::Relationship& item) {
               return item.type < count &&
                      (item.kind != ecl::Relationship::ValueKind::concept_id || item.value < count);
             }) &&
         all(incoming_.values(),
             [&](const ecl::IncomingRelationship& item) {
               return item.source < count && item.type < count;
             }) &&
         all(reference_sets_, [&](const ecl::ReferenceSet& set) { return set.id < count; }) &&
         all(members_, [&](const MemberRow& item) { return item.referenced < count; }) &&
         all(alternates_, [&](const AlternateRow& item) { return item.concept_id < count; });
}

ConceptId Edition::find(SctId id) const {
  const auto found = std::lower_bound(sct_ids_.begin(), sct_ids_.end(), id);
  return found != sct_ids_.end() && *found == id ? static_cast<ConceptId>(found - sct_ids_.begin())
                                                 : k_no_concept;
}

ecl::Description Edition::description(std::uint32_t position) const {
  const DescriptionRow& item = row(position);
  return {.id = item.id,
          .type = description_types_[item.type],
          .module = modules_[item.module],
          .effective_time = item.time_and_active & ~k_active_bit,
          .is_active = (item.time_and_active & k_active_bit) != 0,
          .language = text(languages_[item.language]),
          .term = text(item.term)};
}

ecl::Substrate::DescriptionPlace Edition::find_description(SctId id) const {
  const auto found = std::lower_bound(
      description_order_.begin(), description_order_.end(), id,
      [&](std::uint32_t position, SctId wanted) { return row(position).id < wanted; });
  if (found == description_order_.end() || row(*found).id != id) return {};
  return {row(*found).concept_id, *found};
}

ConceptId Edition::acceptability(std::uint32_t description, ConceptId language_set) const {
  const auto set = std::find(language_sets_.begin(), language_sets_.end(), language_set);
  if (set == language_sets_.end()) return k_no_concept;
  switch (acceptability_in(static_cast<std::size_t>(set - language_sets_.begin()), description)) {
    case Acceptability::preferred:
      return preferred_;
    case Acceptability::acceptable:
      return acceptable_;
    case Acceptability::none:
      break;
  }
  return k_no_concept;
}

bool Edition::add_by_word_prefix(std::string_view prefix, ConceptSet& out) const {
  if (!has_text_index()) return false;
  // Of what is no single word for the index, its longest beginning that is one tells enough.
  std::string first;
  release::for_each_word(release::fold_words(prefix), [&](std::string_view word) {
    if (word.size() > first.size()) first = word;
  });
  if (first.empty()) return false;
  words().add_by_prefix(first, out);
  return true;
}

ecl::Member Edition::member(std::uint32_t position) const {
  const MemberRow& item = members_[position];
  return {.referenced = item.referenced,
          .module = item.module,
          .effective_time = item.time_and_active & ~k_active_bit,
          .is_active = (item.time_and_active & k_active_bit) != 0};
}

ecl::FieldValue Edition::field(std::uint32_t member, std::uint32_t field) const {
  const auto set = std::upper_bound(
      reference_set_rows_.begin(), reference_set_rows_.end(), member,
      [](std::uint32_t position, const ReferenceSetRow& row) { return position < row.first; });
  if (set == reference_set_rows_.begin()) return {};
  const ReferenceSetRow& owner = *(set - 1);
  if (member - owner.first >= owner.count || field >= owner.field_count) return {};
  const std::uint32_t value =
      member_values_[owner.first_value + (member - owner.first) * owner.field_count + field];
  ecl::FieldValue result{.type = fields_[owner.first_field + field].type};
  if ((value & k_is_concept) == 0) {
    result.text = text(value);
  } else if ((value & ~k_is_concept) < size()) {
    result.concept_id = value & ~k_is_concept;
    result.text = code(result.concept_id);
  }
  return result;
}

/// The alias of a scheme is a word of a name of the concept that stands for it.
ConceptId Edition::find_alternate(std::string_view scheme, std::string_view code) const {
  const auto begin = std::lower_bound(
      alternates_.begin(), alternates_.end(), code,
      [&](const AlternateRow& row, std::string_view wanted) { return text(row.code) < wanted; });
  const std::string alias = release::fold_words(scheme);
  for (auto at = begin; at != alternates_.end() && text(at->code) == code; ++at) {
    if (at->scheme >= size()) continue;
    bool is_named = scheme == this->code(at->scheme);
    const ecl::DescriptionRange names = descriptions(at->scheme);
    for (std::uint32_t i = 0; i < names.count && !is_named; ++i)
      is_named =
          release::fold_words(description(names.first + i).term).find(alias) != std::string::npos;
    if (is_named) return at->concept_id;
  }
  return k_no_concept;
}

const ecl::ReferenceSet* Edition::reference_set(ConceptId id) const {
  for (const ecl::ReferenceSet& set : reference_sets_) {
    if (set.id == id) return &set;
  }
  return nullptr;
}

}  // namespace terminology::snomed
