// The files of a SNOMED CT release, found by their names in a folder of the true layout.
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-release-file-specification (3.3)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"

namespace terminology::load {

enum class Rf2Content : std::uint8_t {
  concepts,
  descriptions,  // text definitions too
  relationships,
  concrete_relationships,
  identifiers,
  reference_set
};

struct Rf2File {
  std::string path;
  Rf2Content content = Rf2Content::reference_set;
  std::string pattern;  // of a reference set: a letter for each of its own columns
  std::string date;     // yyyymmdd
};

struct Rf2Files {
  std::vector<Rf2File> files;  // by path
  bool is_full = false;        // each component in all its versions
  std::string date;            // the latest of the files
};

/// What a file of this name has; nothing when it is none that is loaded (stated relationships, OWL
/// axioms, documents).
///
/// view     Snapshot, Full or Delta, as the name has it
std::optional<Rf2File> rf2_file(std::string_view name, std::string& view);

/// Whether a folder has files of a release of SNOMED CT, in any view, somewhere below it.
bool is_rf2(const std::string& folder);

/// The files of the snapshot below a folder; of the full release where there is no snapshot.
///
/// errors   not-found: there are none · not-supported: only a delta · conflict: files of two
///          releases
fhir::Result<Rf2Files> find_rf2_files(const std::string& folder);

}  // namespace terminology::load
