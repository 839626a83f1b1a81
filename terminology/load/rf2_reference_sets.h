// The reference sets of an RF2 release: what language ones say of descriptions, and the members of
// the others that refer to concepts.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "fhir/base/result.h"
#include "terminology/code_system.h"
#include "terminology/load/file_writer.h"
#include "terminology/load/rf2_components.h"
#include "terminology/load/sct_index.h"
#include "terminology/load/text_store.h"
#include "terminology/snomed/edition_format.h"

namespace terminology::load {

/// Where the components are that members refer to. Outlives what is given it.
struct Rf2Places {
  const SctIndex& concepts;
  const SctIndex& descriptions;
  std::uint32_t description_count = 0;
};

/// One edition on which another stands.
struct Rf2Dependency {
  std::uint64_t module = 0;
  std::uint64_t on = 0;
};

/// Not for several threads.
class Rf2ReferenceSets {
 public:
  Rf2ReferenceSets(const Rf2Places& places, const Rf2Scope& scope, TextStore& texts)
      : places_(places), scope_(scope), texts_(texts) {}

  /// errors   invalid: a line that is damaged · too-costly: too many language reference sets
  fhir::Result<void> read(const Rf2File& file);
  void write(FileWriter& out);

  /// By identifier of the language reference set: a byte for each description.
  const std::map<std::uint64_t, std::vector<std::uint8_t>>& languages() const { return languages_; }
  const std::vector<Rf2Dependency>& dependencies() const { return dependencies_; }
  std::uint64_t passed_over() const { return passed_over_; }

 private:
  struct Row {  // of one file, until only the latest are kept
    std::uint64_t key[2];
    std::uint64_t set, module;
    std::uint32_t referenced, time;
    std::uint32_t first_value;
    bool is_active;
  };
  struct Set {
    std::vector<snomed::MemberRow> members;
    std::vector<std::uint32_t> values;  // fields of the first, of the second, …
    std::vector<snomed::FieldRow> fields;
  };

  fhir::Result<void> read_languages(Rf2Reader& reader);
  fhir::Result<void> read_members(Rf2Reader& reader, const Rf2File& file);
  fhir::Result<void> read_values(const Rf2Reader& reader, const Rf2File& file,
                                 std::vector<std::uint32_t>& values);
  std::vector<snomed::FieldRow> fields_of(const Rf2Reader& reader, const Rf2File& file);
  void note_dependency(const Rf2Reader& reader);

  Rf2Places places_;
  Rf2Scope scope_;
  TextStore& texts_;
  std::map<std::uint64_t, std::vector<std::uint8_t>> languages_;
  std::map<ConceptId, Set> sets_;
  std::vector<Rf2Dependency> dependencies_;
  std::uint64_t passed_over_ = 0;
};

}  // namespace terminology::load
