// A file of a release that is read line by line, each line split at a separator. Mapped, so that
// what was read can be kept as views until the load ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"

namespace terminology::load {

inline constexpr std::size_t k_line_bytes_max = 1 << 20;
inline constexpr std::size_t k_columns_max = 256;

/// Not for several threads. Views live as long as it.
class SourceFile {
 public:
  /// errors   not-found, exception: it cannot be read
  static fhir::Result<SourceFile> open(const std::string& path, char separator);

  /// Reads the next line; empty lines and those that begin with # are passed over. An end of CR LF
  /// and one of LF are the same, and so is a byte order mark at the start and none.
  ///
  /// returns  false at the end
  /// errors   too-long: k_line_bytes_max, k_columns_max
  fhir::Result<bool> next();

  /// Of the line that was read. Empty past the last one.
  std::string_view column(std::size_t index) const {
    return index < columns_.size() ? columns_[index] : std::string_view{};
  }
  std::size_t column_count() const { return columns_.size(); }
  std::uint64_t line() const { return line_; }  // from 1
  const std::string& path() const { return path_; }
  std::size_t size_bytes() const { return size_; }
  std::size_t read_bytes() const { return at_; }

  /// An error that names the file and the line.
  fhir::Issue wrong(const std::string& what) const;

 private:
  struct Unmap {
    std::size_t size;
    void operator()(const char* data) const;
  };
  SourceFile(std::string path, char separator) : path_(std::move(path)), separator_(separator) {}

  std::string path_;
  char separator_;
  std::unique_ptr<const char, Unmap> data_;
  std::size_t size_ = 0;
  std::size_t at_ = 0;
  std::uint64_t line_ = 0;
  std::vector<std::string_view> columns_;
};

}  // namespace terminology::load
