// A release file in memory: mapped, its table checked, its sections given as spans.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>

#include "fhir/base/result.h"
#include "terminology/release/file_format.h"

namespace terminology::release {

/// Immutable; safe for any number of threads. Spans live as long as it.
class MappedFile {
 public:
  /// errors   not-found: no such file · invalid: it is no release file, is cut short, or what it
  ///          says does not fit its checksums · not-supported: of another version of the format
  static fhir::Result<std::shared_ptr<const MappedFile>> open(const std::string& path);
  /// The same without reading the sections, but for what the release says of itself: check() has to
  /// follow before any other section is used.
  static fhir::Result<std::shared_ptr<const MappedFile>> open_unchecked(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::string& path() const { return path_; }
  std::size_t size_bytes() const { return size_; }

  /// The whole of a section; empty when it is absent, or of elements of another size.
  template <class T>
  std::span<const T> array(Section section) const {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 8);
    const SectionEntry* entry = find(section);
    if (entry == nullptr || entry->element_bytes != sizeof(T)) return {};
    return {reinterpret_cast<const T*>(data_ + entry->offset), entry->bytes / sizeof(T)};
  }
  bool has(Section section) const { return find(section) != nullptr; }

  /// Compares the checksums of all sections that lead anywhere, as open() does.
  ///
  /// errors   invalid: a section is damaged
  fhir::Result<void> check() const;

  /// Compares the checksums that check() leaves out.
  ///
  /// errors   invalid: a section of text is damaged
  fhir::Result<void> check_texts() const;

  /// The error for something inside that does not fit.
  fhir::Issue damaged(const std::string& what) const;

 private:
  explicit MappedFile(std::string path) : path_(std::move(path)) {}
  fhir::Result<void> map();
  fhir::Result<void> read_table();
  fhir::Result<void> compare(const SectionEntry& entry) const;
  const SectionEntry* find(Section section) const;

  std::string path_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::span<const SectionEntry> table_;
};

}  // namespace terminology::release
