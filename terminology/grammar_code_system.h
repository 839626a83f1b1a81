// Code systems whose codes are judged by a grammar instead of being listed.
#pragma once

#include <string>

#include "terminology/code_system.h"

namespace terminology {

/// Lists no concept; what it has is for the grammar to say.
class GrammarCodeSystem : public CodeSystem {
 public:
  /// The views live as long as the code system.
  GrammarCodeSystem(std::string_view url, std::string_view name);

  const CodeSystemInfo& info() const override { return info_; }
  ConceptId find(std::string_view) const override { return k_no_concept; }
  ConceptId size() const override { return 0; }
  Concept at(ConceptId) const override { return {}; }
  std::uint32_t property_count(ConceptId) const override { return 0; }
  Property property(ConceptId, std::uint32_t) const override { return {}; }
  std::uint32_t designation_count(ConceptId) const override { return 0; }
  Designation designation(ConceptId, std::uint32_t) const override { return {}; }
  std::span<const ConceptId> parents(ConceptId) const override { return {}; }
  std::span<const ConceptId> children(ConceptId) const override { return {}; }
  bool is_a(ConceptId, ConceptId) const override { return false; }

 private:
  CodeSystemInfo info_;
};

/// The code system of a grammar that needs no table (BCP 13, BCP 47); null for every other url.
/// Lives as long as the program.
const CodeSystem* grammar_code_system(std::string_view url);

}  // namespace terminology
