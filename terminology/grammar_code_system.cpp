// https://hl7.org/fhir/R4/terminologies-systems.html; UCUM joins this table when its grammar
// stands.
#include "terminology/grammar_code_system.h"

#include "terminology/language_tag.h"
#include "terminology/media_type.h"

namespace terminology {
namespace {

class GrammarCodeSystem final : public CodeSystem {
 public:
  GrammarCodeSystem(std::string_view url, std::string_view name, bool (*accepts)(std::string_view))
      : accepts_(accepts) {
    info_.url = url;
    info_.name = name;
    info_.content = Content::grammar;
    info_.hierarchy_is_subsumption = false;
  }

  const CodeSystemInfo& info() const override { return info_; }
  fhir::Membership has(std::string_view code) const override {
    return accepts_(code) ? fhir::Membership::yes : fhir::Membership::no;
  }
  ConceptId find(std::string_view) const override { return k_no_concept; }
  ConceptId size() const override { return 0; }
  Concept at(ConceptId) const override { return {}; }
  std::span<const Property> properties(ConceptId) const override { return {}; }
  std::span<const Designation> designations(ConceptId) const override { return {}; }
  std::span<const ConceptId> parents(ConceptId) const override { return {}; }
  std::span<const ConceptId> children(ConceptId) const override { return {}; }
  bool is_a(ConceptId, ConceptId) const override { return false; }

 private:
  CodeSystemInfo info_;
  bool (*accepts_)(std::string_view);
};

}  // namespace

const CodeSystem* grammar_code_system(std::string_view url) {
  static const GrammarCodeSystem k_media_types("urn:ietf:bcp:13", "MimeTypes", is_media_type);
  static const GrammarCodeSystem k_languages("urn:ietf:bcp:47", "LanguageTags", is_language_tag);
  for (const CodeSystem* system : {static_cast<const CodeSystem*>(&k_media_types),
                                   static_cast<const CodeSystem*>(&k_languages)}) {
    if (system->info().url == url) return system;
  }
  return nullptr;
}

}  // namespace terminology
