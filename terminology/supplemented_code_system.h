// A code system with what supplements add to its concepts: designations, properties, extensions.
// Whatever holds the concepts stays as it is. https://hl7.org/fhir/R4/codesystem.html#supplements
#pragma once

#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/formats/json_value.h"
#include "terminology/code_system.h"
#include "terminology/concept_set.h"

namespace terminology {

class SupplementedCodeSystem final : public CodeSystem {
 public:
  /// base          outlives this
  /// supplements   CodeSystems that supplement it; need not outlive this
  SupplementedCodeSystem(const CodeSystem& base, std::span<const fhir::json::Value> supplements);

  const CodeSystemInfo& info() const override { return base_.info(); }
  fhir::Membership has(std::string_view code) const override { return base_.has(code); }
  ConceptId find(std::string_view code) const override { return base_.find(code); }
  ConceptId size() const override { return base_.size(); }
  Concept at(ConceptId id) const override { return base_.at(id); }
  std::uint32_t property_count(ConceptId id) const override;
  Property property(ConceptId id, std::uint32_t index) const override;
  std::uint32_t designation_count(ConceptId id) const override;
  Designation designation(ConceptId id, std::uint32_t index) const override;
  std::span<const ConceptId> parents(ConceptId id) const override { return base_.parents(id); }
  std::span<const ConceptId> children(ConceptId id) const override { return base_.children(id); }
  bool is_a(ConceptId id, ConceptId ancestor) const override { return base_.is_a(id, ancestor); }
  std::vector<ConceptId> descendants(ConceptId id) const override { return base_.descendants(id); }
  std::vector<ConceptId> ancestors(ConceptId id) const override { return base_.ancestors(id); }
  std::string_view display_in(ConceptId id, std::string_view language) const override;
  bool has_text_index() const override { return base_.has_text_index(); }
  /// Designations of supplements count as well.
  std::vector<ConceptId> search(std::string_view text) const override;
  std::optional<fhir::Result<ConceptSet>> select(std::string_view property, std::string_view op,
                                                 std::string_view value) const override {
    return base_.select(property, op, value);
  }
  std::string_view property_uri(std::string_view code) const override;
  std::string_view extensions(ConceptId id) const override;
  std::string describe(std::string_view code) const override { return base_.describe(code); }
  fhir::Membership has_property(std::string_view code, std::string_view property,
                                std::string_view value) const override {
    return base_.has_property(code, property, value);
  }

 private:
  struct Extra {
    std::vector<Property> properties;
    std::vector<Designation> designations;
    std::string_view extensions;
  };
  void add(const fhir::json::Value& owner);
  const Extra* extra_of(ConceptId id) const;

  const CodeSystem& base_;
  fhir::Arena arena_{4096};
  std::unordered_map<ConceptId, Extra> extras_;
  std::unordered_map<std::string_view, std::string_view> property_uris_;
};

}  // namespace terminology
