// https://hl7.org/fhir/R4/terminologies-systems.html
#include "terminology/grammar_code_system.h"

#include "terminology/language_tag.h"
#include "terminology/media_type.h"

namespace terminology {
namespace {

/// Of a grammar that a function judges.
class PlainGrammar final : public GrammarCodeSystem {
 public:
  PlainGrammar(std::string_view url, std::string_view name, bool (*accepts)(std::string_view))
      : GrammarCodeSystem(url, name), accepts_(accepts) {}
  fhir::Membership has(std::string_view code) const override {
    return accepts_(code) ? fhir::Membership::yes : fhir::Membership::no;
  }

 private:
  bool (*accepts_)(std::string_view);
};

}  // namespace

GrammarCodeSystem::GrammarCodeSystem(std::string_view url, std::string_view name) {
  info_.url = url;
  info_.name = name;
  info_.content = Content::grammar;
  info_.hierarchy_is_subsumption = false;
}

const CodeSystem* grammar_code_system(std::string_view url) {
  static const PlainGrammar k_media_types("urn:ietf:bcp:13", "MimeTypes", is_media_type);
  static const PlainGrammar k_languages("urn:ietf:bcp:47", "LanguageTags", is_language_tag);
  for (const CodeSystem* system : {static_cast<const CodeSystem*>(&k_media_types),
                                   static_cast<const CodeSystem*>(&k_languages)}) {
    if (system->info().url == url) return system;
  }
  return nullptr;
}

}  // namespace terminology
