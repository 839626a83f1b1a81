// Reads conformance resources out of packages and files, and drops what nothing here reads.
// The only place in the library that opens files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/formats/json_value.h"

namespace fhir::definitions {

/// A conformance resource on its way into the store; owns its text.
struct RawRecord {
  std::string type, id, url, version;
  std::string json;  // compact; stripped: without narrative and other unread parts
};

/// How much of a resource a record keeps: what the library reads, or all of it.
enum class Detail { stripped, whole };

/// Whether resources of this type are definitions that a store holds.
bool is_conformance_type(std::string_view type);

/// Takes one conformance resource; nothing for a resource of another type.
void add_record(const json::Value& resource, std::vector<RawRecord>& out,
                Detail detail = Detail::stripped);

/// Reads a folder of an unpacked package, a .tgz package, or one JSON file.
///
/// errors   not-found: no such source · structure: not readable as a package or as JSON
Result<void> read_source(const std::string& path, std::vector<RawRecord>& out,
                         Detail detail = Detail::stripped);

/// Files of a source with size and time: equal fingerprints, equal content.
Result<std::uint64_t> fingerprint_of(const std::vector<std::string>& sources);

}  // namespace fhir::definitions
