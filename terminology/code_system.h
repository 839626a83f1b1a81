// What the module asks of any code system, whatever holds its concepts: a CodeSystem resource, a
// grammar, or a release in a mapped file. https://hl7.org/fhir/R4/codesystem.html
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/model/terminology_provider.h"
#include "terminology/items_of_concept.h"

namespace terminology {

class ConceptSet;

using ConceptId = std::uint32_t;  // dense: 0 … size() - 1, in the order of the definition
inline constexpr ConceptId k_no_concept = std::numeric_limits<ConceptId>::max();

/// How much of the system is held: https://hl7.org/fhir/R4/valueset-codesystem-content-mode.html
enum class Content : std::uint8_t { not_present, example, fragment, complete, supplement, grammar };

enum class PropertyType : std::uint8_t {
  code,
  coding,
  string,
  integer,
  boolean,
  date_time,
  decimal
};

struct Property {
  std::string_view code;
  PropertyType type = PropertyType::string;
  std::string_view value;    // as it is written; the code of a coding
  std::string_view system;   // of a coding
  std::string_view display;  // of a coding
};

struct Designation {
  std::string_view language;
  std::string_view use_system;
  std::string_view use_code;
  std::string_view use_display;
  std::string_view value;
  std::string_view extensions;  // a JSON array of those that expansions carry on; may be empty
};

struct Concept {
  std::string_view code;
  std::string_view display;
  std::string_view definition;
  bool is_abstract = false;  // not selectable: a heading
  bool is_inactive = false;
};

struct CodeSystemInfo {
  std::string_view url;
  std::string_view version;
  std::string_view name;
  std::string_view title;
  std::string_view language;  // of its displays; empty: not said
  Content content = Content::complete;
  /// Codes are told apart by case. R4 on an absent caseSensitive: "accept codes in any case".
  bool is_case_sensitive = false;
  /// hierarchyMeaning is is-a, or not said.
  bool hierarchy_is_subsumption = true;
  bool is_experimental = false;
  std::string_view status;            // PublicationStatus; empty: not said
  std::string_view standards_status;  // deprecated, withdrawn …; empty: not said
};

/// The uri of a property that is called by a standard name; empty: it is none.
/// http://hl7.org/fhir/R4/codesystem-concept-properties.html
std::string_view standard_property_uri(std::string_view code);

/// Immutable; safe for any number of threads. Views live as long as the code system.
class CodeSystem {
 public:
  virtual ~CodeSystem() = default;

  virtual const CodeSystemInfo& info() const = 0;

  /// Whether the system defines the code; unknown when it is not held whole and the code is not in
  /// the part that is.
  virtual fhir::Membership has(std::string_view code) const = 0;

  /// k_no_concept when the code is not listed (a grammar lists none).
  virtual ConceptId find(std::string_view code) const = 0;
  virtual ConceptId size() const = 0;
  virtual Concept at(ConceptId id) const = 0;
  /// Parts of at(), for where its texts are not wanted.
  virtual bool is_inactive(ConceptId id) const { return at(id).is_inactive; }
  virtual bool is_abstract(ConceptId id) const { return at(id).is_abstract; }
  virtual std::uint32_t property_count(ConceptId id) const = 0;
  virtual Property property(ConceptId id, std::uint32_t index) const = 0;
  virtual std::uint32_t designation_count(ConceptId id) const = 0;
  virtual Designation designation(ConceptId id, std::uint32_t index) const = 0;
  virtual std::span<const ConceptId> parents(ConceptId id) const = 0;
  virtual std::span<const ConceptId> children(ConceptId id) const = 0;
  /// Whether `id` is `ancestor` or lies below it.
  virtual bool is_a(ConceptId id, ConceptId ancestor) const = 0;

  ItemsOfConcept<Property> properties(ConceptId id) const {
    return {*this, id, property_count(id), &CodeSystem::property};
  }
  ItemsOfConcept<Designation> designations(ConceptId id) const {
    return {*this, id, designation_count(id), &CodeSystem::designation};
  }

  /// All that lie below a concept, without itself, each once, in ascending order.
  virtual std::vector<ConceptId> descendants(ConceptId id) const;
  /// All that lie above it, in the same way.
  virtual std::vector<ConceptId> ancestors(ConceptId id) const;

  /// The display in a language: a designation of that language (`de` serves `de-CH`), else the
  /// display. language empty: the display.
  virtual std::string_view display_in(ConceptId id, std::string_view language) const;

  /// Whether search() answers, by an index.
  virtual bool has_text_index() const { return false; }
  /// The concepts that have a display or designation with, for each word of a text, a word that
  /// begins with it; without regard to case and accents; in ascending order, each once. Nothing
  /// when there is no index; everything for a text without a word.
  virtual std::vector<ConceptId> search(std::string_view /*text*/) const { return {}; }

  /// What a property means, http://hl7.org/fhir/R4/codesystem.html#defined-props; empty: unknown.
  virtual std::string_view property_uri(std::string_view code) const {
    return standard_property_uri(code);
  }
  /// A JSON array of the extensions of a concept that expansions carry on; empty: none.
  virtual std::string_view extensions(ConceptId /*id*/) const { return {}; }

  /// The concepts that a filter lets through which means something in this code system alone;
  /// nothing: it means what it means everywhere.
  virtual std::optional<fhir::Result<ConceptSet>> select(std::string_view property,
                                                         std::string_view op,
                                                         std::string_view value) const;

  /// In words, a code that the system has without listing it; empty when there are none.
  virtual std::string describe(std::string_view) const { return {}; }
  /// Whether a code that the system has without listing it has this value of a property.
  virtual fhir::Membership has_property(std::string_view /*code*/, std::string_view /*property*/,
                                        std::string_view /*value*/) const {
    return fhir::Membership::unknown;
  }

  /// There is a list of concepts, though perhaps not of all that exist.
  bool is_enumerable() const {
    const Content content = info().content;
    return content == Content::complete || content == Content::fragment ||
           content == Content::example;
  }
};

/// What two codes are to each other: https://hl7.org/fhir/R4/codesystem-operation-subsumes.html
enum class Subsumption : std::uint8_t { equivalent, subsumes, subsumed_by, not_subsumed };

/// a, b   concepts of the system
Subsumption compare(const CodeSystem& system, ConceptId a, ConceptId b);

inline std::string_view display_in(const CodeSystem& system, ConceptId id,
                                   std::string_view language) {
  return system.display_in(id, language);
}

/// Whether a text is a display of the concept in any language, without regard to case.
bool has_display(const CodeSystem& system, ConceptId id, std::string_view text);
/// Whether the concept has a display in a language. A code system that names none is in English.
bool has_display_in(const CodeSystem& system, ConceptId id, std::string_view language);

}  // namespace terminology
