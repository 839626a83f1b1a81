// The compiled image: all records of a set of packages in one file that is mapped, not read.
// Layout, little-endian: 8 bytes magic, u64 fingerprint, u64 record count, then per record five
// (u64 offset, u64 length) pairs for type, id, url, version, json; then the texts they point to.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/definitions/record_reader.h"

namespace fhir::definitions {

/// Holds the texts that ConformanceRecords point into.
class Image {
 public:
  virtual ~Image() = default;
  virtual const std::vector<ConformanceRecord>& records() const = 0;
};

/// From memory: owns the records it is given.
std::shared_ptr<const Image> make_image(std::vector<RawRecord> records);

/// Maps the file; nothing when it is absent, damaged or made from other sources.
std::shared_ptr<const Image> open_image(const std::string& path, std::uint64_t fingerprint);

/// Writes beside the place and renames, so that a reader sees all or nothing. A failure is no
/// error: the next start reads the packages again.
void write_image(const std::string& path, std::uint64_t fingerprint, const Image& image);

}  // namespace fhir::definitions
