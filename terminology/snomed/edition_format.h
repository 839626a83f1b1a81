// The sections that a release file of SNOMED CT has beside those of every release. Concepts are in
// ascending order of their identifiers; the descriptions are the terms of the index of words.
#pragma once

#include <cstdint>

#include "terminology/release/file_format.h"

namespace terminology::snomed {

constexpr release::Section section(std::uint32_t number) {
  return static_cast<release::Section>(number);
}

inline constexpr release::Section k_sct_ids = section(40);       // 64 bits, ascending
inline constexpr release::Section k_concept_rows = section(41);  // ConceptRow of each concept
inline constexpr release::Section k_description_offsets = section(42);
inline constexpr release::Section k_descriptions = section(43);       // DescriptionRow
inline constexpr release::Section k_description_order = section(44);  // positions, by identifier
inline constexpr release::Section k_languages = section(45);          // TextRef
inline constexpr release::Section k_modules = section(46);            // ConceptId
inline constexpr release::Section k_description_types = section(47);  // ConceptId
inline constexpr release::Section k_language_sets = section(48);      // ConceptId
/// For each language reference set a byte for each description: Acceptability.
inline constexpr release::Section k_acceptabilities = section(49);
inline constexpr release::Section k_relationship_offsets = section(50);
inline constexpr release::Section k_relationships = section(51);  // ecl::Relationship
inline constexpr release::Section k_incoming_offsets = section(52);
inline constexpr release::Section k_incoming = section(53);        // ecl::IncomingRelationship
inline constexpr release::Section k_reference_sets = section(54);  // ReferenceSetRow
inline constexpr release::Section k_fields = section(55);          // FieldRow
inline constexpr release::Section k_members = section(56);         // MemberRow
inline constexpr release::Section k_member_values = section(57);   // see k_is_concept
inline constexpr release::Section k_alternates = section(58);      // AlternateRow, by code

enum class Acceptability : std::uint8_t { none, preferred, acceptable };

struct ConceptRow {
  std::uint32_t effective_time = 0;
  release::TextRef time_text = 0;
  std::uint32_t module = 0;             // ConceptId
  std::uint32_t definition_status = 0;  // ConceptId
};

/// Of one concept those that searches find come first: active names, the fully specified one
/// before the synonyms; then active definitions, then what is inactive.
struct DescriptionRow {
  std::uint64_t id = 0;
  release::TextRef term = 0;
  std::uint32_t time_and_active = 0;  // k_active_bit
  std::uint32_t concept_id = 0;
  std::uint16_t module = 0;   // position in k_modules
  std::uint8_t type = 0;      // position in k_description_types
  std::uint8_t language = 0;  // position in k_languages
};
static_assert(sizeof(DescriptionRow) == 24);

inline constexpr std::uint32_t k_active_bit = 0x80000000;

struct ReferenceSetRow {
  std::uint32_t id = 0;           // ConceptId
  std::uint32_t first = 0;        // in k_members
  std::uint32_t count = 0;        // its members are in the order of what they refer to
  std::uint32_t first_field = 0;  // in k_fields
  std::uint32_t field_count = 0;
  std::uint32_t first_value = 0;  // in k_member_values: field_count for each member
};

struct FieldRow {
  release::TextRef name = 0;
  std::uint32_t type = 0;  // ecl::FieldType
};

/// Members that refer to concepts: those about descriptions and relationships are not kept, but
/// for what language reference sets say of descriptions.
struct MemberRow {
  std::uint32_t referenced = 0;  // ConceptId
  std::uint32_t time_and_active = 0;
  std::uint32_t module = 0;  // ConceptId
};

/// A field's value is a TextRef, or a ConceptId with this bit.
inline constexpr std::uint32_t k_is_concept = 0x80000000;

struct AlternateRow {
  std::uint32_t scheme = 0;  // ConceptId
  release::TextRef code = 0;
  std::uint32_t concept_id = 0;
};

}  // namespace terminology::snomed
