// An edition of SNOMED CT in one version, in a mapped file: as a code system of FHIR, and as what
// expression constraints are executed against. https://hl7.org/fhir/R4/snomedct.html
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "terminology/ecl/substrate.h"
#include "terminology/release/release_code_system.h"
#include "terminology/snomed/edition_format.h"

namespace terminology::snomed {

/// Immutable; safe for any number of threads. Views live as long as it.
class Edition final : public release::ReleaseCodeSystem, public ecl::Substrate {
 public:
  using SctId = ecl::SctId;

  /// errors   invalid: sections are missing or do not fit each other
  static fhir::Result<std::shared_ptr<const Edition>> make(
      std::shared_ptr<const release::MappedFile> file);

  // CodeSystem
  using release::ReleaseCodeSystem::find;
  /// inactive, sufficientlyDefined, moduleId, effectiveTime, and the defining attributes: each
  /// with the code of its type.
  std::uint32_t property_count(ConceptId id) const override;
  Property property(ConceptId id, std::uint32_t index) const override;
  /// Active descriptions, the fully specified name first.
  std::uint32_t designation_count(ConceptId id) const override;
  Designation designation(ConceptId id, std::uint32_t index) const override;
  /// The preferred synonym of the dialect that the tag names (`en-GB`, or any language reference
  /// set as `-x-sctlang-…`), or of any dialect of its language.
  std::string_view display_in(ConceptId id, std::string_view language) const override;

  /// `constraint` (or `expression`) = an expression constraint; `concept` in a reference set.
  std::optional<fhir::Result<ConceptSet>> select(std::string_view property, std::string_view op,
                                                 std::string_view value) const override;

  // ecl::Substrate
  ConceptId size() const override { return ReleaseCodeSystem::size(); }
  ConceptId find(SctId id) const override;
  SctId sct_id(ConceptId id) const override { return sct_ids_[id]; }
  bool is_active(ConceptId id) const override { return (flags(id) & release::k_is_inactive) == 0; }
  ecl::EffectiveTime effective_time(ConceptId id) const override {
    return concept_rows_[id].effective_time;
  }
  ConceptId module(ConceptId id) const override { return concept_rows_[id].module; }
  ConceptId definition_status(ConceptId id) const override {
    return concept_rows_[id].definition_status;
  }
  std::span<const ConceptId> parents(ConceptId id) const override {
    return ReleaseCodeSystem::parents(id);
  }
  std::span<const ConceptId> children(ConceptId id) const override {
    return ReleaseCodeSystem::children(id);
  }
  std::span<const ecl::Relationship> relationships(ConceptId source) const override {
    return relationships_[source];
  }
  std::span<const ecl::IncomingRelationship> incoming(ConceptId destination) const override {
    return incoming_[destination];
  }
  std::string_view concrete(std::uint32_t value) const override { return text(value); }
  ecl::DescriptionRange descriptions(ConceptId id) const override {
    return {descriptions_.first(id), descriptions_.count(id)};
  }
  ecl::Description description(std::uint32_t position) const override;
  DescriptionPlace find_description(SctId id) const override;
  ConceptId acceptability(std::uint32_t description, ConceptId language_set) const override;
  bool add_by_word_prefix(std::string_view prefix, ConceptSet& out) const override;
  std::span<const ecl::ReferenceSet> reference_sets() const override { return reference_sets_; }
  ecl::Member member(std::uint32_t position) const override;
  ecl::FieldValue field(std::uint32_t member, std::uint32_t field) const override;
  ConceptId find_alternate(std::string_view scheme, std::string_view code) const override;

  /// The concept that stands for a reference set, with its members; null when there is none.
  const ecl::ReferenceSet* reference_set(ConceptId id) const;

 private:
  explicit Edition(std::shared_ptr<const release::MappedFile> file);
  fhir::Result<void> check() const override;
  bool leads_nowhere_else() const;
  void find_known_concepts();
  const DescriptionRow& row(std::uint32_t position) const {
    return descriptions_.values()[position];
  }
  Acceptability acceptability_in(std::size_t set, std::uint32_t description) const {
    return static_cast<Acceptability>(
        acceptabilities_[set * descriptions_.values().size() + description]);
  }
  std::size_t language_set_of(std::string_view tag) const;
  bool is_preferred_in_any(std::uint32_t description) const;

  std::span<const SctId> sct_ids_;
  std::span<const ConceptRow> concept_rows_;
  release::Lists<DescriptionRow> descriptions_;
  std::span<const std::uint32_t> description_order_;
  std::span<const release::TextRef> languages_;
  std::span<const ConceptId> modules_, description_types_, language_sets_;
  std::span<const std::uint8_t> acceptabilities_;
  release::Lists<ecl::Relationship> relationships_;
  release::Lists<ecl::IncomingRelationship> incoming_;
  std::span<const ReferenceSetRow> reference_set_rows_;
  std::span<const MemberRow> members_;
  std::span<const std::uint32_t> member_values_;
  std::span<const AlternateRow> alternates_;
  std::vector<ecl::Field> fields_;
  std::vector<ecl::ReferenceSet> reference_sets_;  // in the order of the rows, by id
  ConceptId preferred_ = k_no_concept;
  ConceptId acceptable_ = k_no_concept;
  ConceptId defined_ = k_no_concept;
  ConceptId definition_type_ = k_no_concept;
};

}  // namespace terminology::snomed
