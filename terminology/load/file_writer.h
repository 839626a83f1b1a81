// Writes a release file beside its final place, and puts it there whole or not at all.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fhir/base/result.h"
#include "terminology/release/file_format.h"

namespace terminology::load {

/// What a file that is being written is called, until it is whole. Nobody reads such files.
inline constexpr std::string_view k_unfinished_prefix = ".loading-";

/// Not for several threads. The first failure is kept and told by finish().
class FileWriter {
 public:
  /// path     where the file will be; its folder exists
  /// errors   exception: the folder cannot be written
  static fhir::Result<FileWriter> create(std::string path);
  FileWriter(FileWriter&& other) noexcept;
  FileWriter& operator=(FileWriter&&) = delete;
  ~FileWriter();  // takes away what is not finished

  template <class T>
  void add(release::Section section, std::span<const T> values) {
    add_bytes(section, sizeof(T), std::as_bytes(values));
  }
  template <class T>
  void add(release::Section section, const std::vector<T>& values) {
    add(section, std::span<const T>(values));
  }

  /// Everything is on the disk under the final name when this succeeds; an earlier file of that
  /// name is replaced.
  ///
  /// errors   no-store: the disk is full · exception: it could not be written
  fhir::Result<void> finish();

 private:
  FileWriter(std::string path, std::string unfinished, int descriptor);
  void add_bytes(release::Section section, std::size_t element_bytes,
                 std::span<const std::byte> bytes);
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes);
  fhir::Issue failure() const;

  std::string path_;
  std::string unfinished_;
  int descriptor_ = -1;
  int error_ = 0;  // errno of the first failure
  std::uint64_t end_ = 0;
  std::vector<release::SectionEntry> table_;
};

}  // namespace terminology::load
