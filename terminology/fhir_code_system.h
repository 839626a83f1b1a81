// A code system whose concepts come from a CodeSystem resource, and from the supplements to it.
// Owns a compact copy of what the operations ask for. https://hl7.org/fhir/R4/codesystem.html
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/formats/json_value.h"
#include "terminology/code_index.h"
#include "terminology/code_system.h"

namespace terminology {

class FhirCodeSystem final : public CodeSystem {
 public:
  /// resource      a CodeSystem; members of the wrong kind are passed over
  /// supplements   CodeSystems of content `supplement`: their properties and designations are added
  static std::unique_ptr<const FhirCodeSystem> make(
      const fhir::json::Value& resource, std::span<const fhir::json::Value> supplements = {});

  const CodeSystemInfo& info() const override { return info_; }
  fhir::Membership has(std::string_view code) const override;
  ConceptId find(std::string_view code) const override;
  ConceptId size() const override { return static_cast<ConceptId>(nodes_.size()); }
  Concept at(ConceptId id) const override { return nodes_[id].value; }
  std::uint32_t property_count(ConceptId id) const override {
    return static_cast<std::uint32_t>(nodes_[id].properties.size());
  }
  Property property(ConceptId id, std::uint32_t index) const override {
    return nodes_[id].properties[index];
  }
  std::uint32_t designation_count(ConceptId id) const override {
    return static_cast<std::uint32_t>(nodes_[id].designations.size());
  }
  Designation designation(ConceptId id, std::uint32_t index) const override {
    return nodes_[id].designations[index];
  }
  std::span<const ConceptId> parents(ConceptId id) const override { return nodes_[id].parents; }
  std::span<const ConceptId> children(ConceptId id) const override { return nodes_[id].children; }
  bool is_a(ConceptId id, ConceptId ancestor) const override;
  std::string_view property_uri(std::string_view code) const override;
  std::string_view extensions(ConceptId id) const override { return nodes_[id].extensions; }

  std::size_t memory_bytes() const { return arena_.reserved_bytes() + index_.memory_bytes(); }

 private:
  friend class CodeSystemReader;
  struct Node {
    Concept value;
    std::span<const Property> properties;
    std::span<const Designation> designations;
    std::span<const ConceptId> parents;
    std::span<const ConceptId> children;
    std::string_view extensions;
  };
  struct DeclaredProperty {
    std::string_view code, uri;
  };

  FhirCodeSystem() = default;

  fhir::Arena arena_;
  CodeSystemInfo info_;
  std::span<Node> nodes_;  // in arena_
  std::vector<DeclaredProperty> declared_;
  CodeIndex index_;
};

}  // namespace terminology
