// What an expression constraint asks of the SNOMED CT edition it is executed against. Made to be
// answered from flat arrays: spans of small records, positions, views into a mapped file.
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "terminology/code_system.h"
#include "terminology/concept_set.h"

namespace terminology::ecl {

using SctId = std::uint64_t;  // of a concept, description or relationship; 0: none

/// yyyymmdd; 0: not published yet.
using EffectiveTime = std::uint32_t;

/// A defining attribute of a concept: active, inferred, never |Is a|.
struct Relationship {
  enum class ValueKind : std::uint8_t { concept_id, number, string, boolean };

  ConceptId type = k_no_concept;
  std::uint32_t value = 0;  // the destination; of a concrete value: what to ask concrete() for
  std::uint16_t group = 0;  // 0: in no role group
  ValueKind kind = ValueKind::concept_id;
};

/// A defining attribute seen from its destination.
struct IncomingRelationship {
  ConceptId source = k_no_concept;
  ConceptId type = k_no_concept;
};

struct Description {
  SctId id = 0;
  ConceptId type = k_no_concept;    // |Synonym|, |Fully specified name|, |Definition|, …
  ConceptId module = k_no_concept;  // moduleId
  EffectiveTime effective_time = 0;
  bool is_active = true;
  std::string_view language;  // ISO 639-1, as the release writes it
  std::string_view term;      // UTF-8
};

/// Positions first … first + count - 1, all of one concept.
struct DescriptionRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

enum class FieldType : std::uint8_t { component, string, integer, time, boolean };

/// A column of a reference set beyond id, effectiveTime, active, moduleId, refsetId and
/// referencedComponentId.
struct Field {
  std::string_view name;  // as in the file's header: targetComponentId, mapTarget, …
  FieldType type = FieldType::string;
};

struct FieldValue {
  FieldType type = FieldType::string;
  ConceptId concept_id = k_no_concept;  // of a component that is a concept of the edition
  std::string_view text;                // of every type, as the file writes it
};

struct ReferenceSet {
  ConceptId id = k_no_concept;  // the concept that stands for it
  /// Its members are positions first … first + count - 1, in ascending order of what they refer to.
  std::uint32_t first = 0;
  std::uint32_t count = 0;        // active and inactive
  std::span<const Field> fields;  // in the order of the file
};

struct Member {
  ConceptId referenced = k_no_concept;  // referencedComponentId, when it is a concept
  ConceptId module = k_no_concept;
  EffectiveTime effective_time = 0;
  bool is_active = true;
};

/// One edition in one version. Immutable; safe for any number of threads; views live as long as it.
class Substrate {
 public:
  virtual ~Substrate() = default;

  // Concepts, active and inactive: 0 … size() - 1.
  virtual ConceptId size() const = 0;
  virtual ConceptId find(SctId id) const = 0;  // k_no_concept when there is none
  virtual SctId sct_id(ConceptId id) const = 0;
  virtual bool is_active(ConceptId id) const = 0;
  virtual EffectiveTime effective_time(ConceptId id) const = 0;
  virtual ConceptId module(ConceptId id) const = 0;
  virtual ConceptId definition_status(ConceptId id) const = 0;

  /// By active |Is a| relationships, proximal only.
  virtual std::span<const ConceptId> parents(ConceptId id) const = 0;
  virtual std::span<const ConceptId> children(ConceptId id) const = 0;

  /// Those of one group stand together.
  virtual std::span<const Relationship> relationships(ConceptId source) const = 0;
  virtual std::span<const IncomingRelationship> incoming(ConceptId destination) const = 0;
  /// The concrete value of a relationship, as the release writes it but without `#` or quotes.
  virtual std::string_view concrete(std::uint32_t value) const = 0;

  virtual DescriptionRange descriptions(ConceptId id) const = 0;
  virtual Description description(std::uint32_t position) const = 0;
  /// The concept that has the description with this id, and where it stands.
  struct DescriptionPlace {
    ConceptId concept_id = k_no_concept;  // k_no_concept: there is no such description
    std::uint32_t position = 0;
  };
  virtual DescriptionPlace find_description(SctId id) const = 0;
  /// |Preferred| or |Acceptable| in a language reference set, by its active members; k_no_concept
  /// when the description is not in it.
  virtual ConceptId acceptability(std::uint32_t description, ConceptId language_set) const = 0;

  /// Concepts with a description that has a word beginning with `prefix`: at least those; more are
  /// sorted out by reading. False: there is no index to tell.
  ///
  /// prefix   of one word, case and marks as the query gives them
  virtual bool add_by_word_prefix(std::string_view /*prefix*/, ConceptSet& /*out*/) const {
    return false;
  }

  /// Every reference set, language reference sets too when their members are kept as such.
  virtual std::span<const ReferenceSet> reference_sets() const = 0;
  virtual Member member(std::uint32_t position) const = 0;
  /// field   position in ReferenceSet::fields
  virtual FieldValue field(std::uint32_t member, std::uint32_t field) const = 0;

  /// By the identifier file: the concept that another scheme calls `code`.
  ///
  /// scheme   alias as the expression writes it: LOINC
  virtual ConceptId find_alternate(std::string_view /*scheme*/, std::string_view /*code*/) const {
    return k_no_concept;
  }
  /// The language reference set that an edition calls by an alias of its own, beside those that the
  /// language defines.
  virtual ConceptId find_dialect(std::string_view /*alias*/) const { return k_no_concept; }
};

}  // namespace terminology::ecl
