// The file of one release of a code system: a header, a table of sections, and the sections, each
// an array of numbers of the machine's order or a run of bytes. Written once, mapped, never
// changed.
//
//   offset 0    FileHeader
//   offset 48   SectionEntry × section_count
//   then        the sections, each at a multiple of 8
//
// Concepts are numbered 0 … n - 1. A list for each concept (its parents, say) is two sections: n +
// 1 offsets, and the values between offset i and offset i + 1. A text is named by its place in the
// section `texts`, where its length (LEB128) stands before its bytes; place 0 is the empty text.
#pragma once

#include <array>
#include <cstdint>

namespace terminology::release {

inline constexpr std::array<char, 8> k_magic = {'M', 'S', 'T', 'E', 'R', 'M', '\r', '\n'};
/// Another number is another format: a file of an older one is loaded again from its source.
inline constexpr std::uint32_t k_format_version = 1;
inline constexpr std::uint32_t k_byte_order = 0x01020304;
inline constexpr std::uint32_t k_sections_max = 126;

using TextRef = std::uint32_t;

enum class Section : std::uint32_t {
  // Of every release.
  info = 1,               // see release_info.h
  texts = 2,              // see text_blob.h
  codes = 3,              // TextRef of each concept
  displays = 4,           // TextRef of each concept
  definitions = 5,        // TextRef of each concept; may be absent
  flags = 6,              // ConceptFlag bits of each concept, 8 bits
  code_table = 7,         // see code_table.h
  parent_offsets = 8,     // 32 bits
  parents = 9,            // ConceptId
  child_offsets = 10,     // 32 bits
  children = 11,          // ConceptId
  ancestor_offsets = 12,  // 32 bits
  ancestors = 13,         // ConceptId, ascending; never the concept itself
  // What is said of concepts, when the release keeps it as rows.
  property_offsets = 16,
  properties = 17,  // PropertyRow
  designation_offsets = 18,
  designations = 19,      // DesignationRow
  designation_uses = 20,  // UseRow
  // The index of words: see text_index.h
  term_concepts = 24,  // ConceptId of each term, ascending
  term_mask = 25,      // a bit for each term: searches find it; absent: they find all
  word_texts = 26,
  word_text_offsets = 27,
  word_posting_offsets = 28,
  postings = 29,
  prefixes = 30,  // PrefixRow
  // SNOMED CT: see terminology/snomed/edition_format.h
  snomed_first = 40,
  snomed_last = 79,
  // Tables of other releases
  other_first = 80,
  other_last = 126,
};

/// Sections of text hold no number that leads anywhere: nothing but words is lost with them, and
/// they are the largest. Their checksums are compared when a file is checked, not when it is
/// opened.
constexpr bool is_text(Section section) {
  return section == Section::texts || section == Section::word_texts ||
         section == Section::postings;
}

enum ConceptFlag : std::uint8_t { k_is_abstract = 1, k_is_inactive = 2 };

struct FileHeader {
  std::array<char, 8> magic = k_magic;
  std::uint32_t byte_order = k_byte_order;
  std::uint32_t format_version = k_format_version;
  std::uint64_t file_bytes = 0;
  std::uint32_t section_count = 0;
  std::uint32_t reserved = 0;
  std::uint64_t table_checksum = 0;   // XXH3 of the section table
  std::uint64_t header_checksum = 0;  // XXH3 of what stands before
};
static_assert(sizeof(FileHeader) == 48);

struct SectionEntry {
  std::uint32_t section = 0;
  std::uint32_t element_bytes = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t checksum = 0;  // XXH3
};
static_assert(sizeof(SectionEntry) == 32);

struct PropertyRow {
  TextRef code = 0;
  TextRef value = 0;
  TextRef system = 0;      // of a coding
  TextRef display = 0;     // of a coding
  std::uint32_t type = 0;  // PropertyType
};

struct DesignationRow {
  TextRef language = 0;
  TextRef value = 0;
  std::uint32_t use = 0;  // position in designation_uses
};

struct UseRow {
  TextRef system = 0;
  TextRef code = 0;
  TextRef display = 0;
};

/// All words first_word … end_word - 1 begin with the same letters, and have their terms united.
struct PrefixRow {
  std::uint32_t first_word = 0;
  std::uint32_t end_word = 0;
  std::uint32_t offset = 0;  // in postings
};

}  // namespace terminology::release
