// A code system whose concepts lie in a mapped release file.
#pragma once

#include <memory>
#include <span>

#include "terminology/code_system.h"
#include "terminology/release/code_table.h"
#include "terminology/release/lists.h"
#include "terminology/release/mapped_file.h"
#include "terminology/release/release_info.h"
#include "terminology/release/text_blob.h"
#include "terminology/release/text_index.h"

namespace terminology::release {

/// Immutable; safe for any number of threads. Views live as long as it.
class ReleaseCodeSystem : public CodeSystem {
 public:
  /// errors   invalid: sections are missing or do not fit each other
  static fhir::Result<std::shared_ptr<const ReleaseCodeSystem>> make(
      std::shared_ptr<const MappedFile> file);

  const ReleaseInfo& release() const { return release_; }
  const MappedFile& file() const { return *file_; }

  const CodeSystemInfo& info() const override { return info_; }
  fhir::Membership has(std::string_view code) const override;
  ConceptId find(std::string_view code) const override;
  ConceptId size() const override { return static_cast<ConceptId>(codes_.size()); }
  Concept at(ConceptId id) const override;
  bool is_inactive(ConceptId id) const override { return (flags(id) & k_is_inactive) != 0; }
  bool is_abstract(ConceptId id) const override { return (flags(id) & k_is_abstract) != 0; }
  std::uint32_t property_count(ConceptId id) const override;
  Property property(ConceptId id, std::uint32_t index) const override;
  std::uint32_t designation_count(ConceptId id) const override;
  Designation designation(ConceptId id, std::uint32_t index) const override;
  std::span<const ConceptId> parents(ConceptId id) const override { return parents_[id]; }
  std::span<const ConceptId> children(ConceptId id) const override { return children_[id]; }
  bool is_a(ConceptId id, ConceptId ancestor) const override;
  std::vector<ConceptId> descendants(ConceptId id) const override;
  std::vector<ConceptId> ancestors(ConceptId id) const override;
  bool has_text_index() const override { return words_.is_present(); }
  std::vector<ConceptId> search(std::string_view text) const override;

 protected:
  explicit ReleaseCodeSystem(std::shared_ptr<const MappedFile> file);
  /// errors   invalid: sections are missing or do not fit each other
  virtual fhir::Result<void> check() const;
  std::string_view text(TextRef ref) const { return texts_.at(ref); }
  std::string_view code(ConceptId id) const { return texts_.at(codes_[id]); }
  std::string_view display(ConceptId id) const { return texts_.at(displays_[id]); }
  std::uint8_t flags(ConceptId id) const { return flags_[id]; }
  const TextIndex& words() const { return words_; }

 private:
  std::shared_ptr<const MappedFile> file_;
  ReleaseInfo release_;
  CodeSystemInfo info_;
  TextBlob texts_;
  std::span<const TextRef> codes_, displays_, definitions_;
  std::span<const std::uint8_t> flags_;
  CodeTable code_table_;
  Lists<ConceptId> parents_, children_, ancestors_;
  Lists<PropertyRow> properties_;
  Lists<DesignationRow> designations_;
  std::span<const UseRow> uses_;
  TextIndex words_;
};

}  // namespace terminology::release
