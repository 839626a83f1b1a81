// The lines of a file of NDJSON, plain or packed by gzip, in bounded memory. http://ndjson.org
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "fhir/base/result.h"

namespace server::bulk {

/// Not for several threads at once.
class LineFile {
 public:
  struct Limits {
    std::size_t line_bytes_max = std::size_t{64} << 20;
    std::uint64_t bytes_max = std::uint64_t{64} << 30;  // unpacked
  };

  LineFile(const std::filesystem::path& path, Limits limits);
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  /// The next line that is not blank, without its end; nothing at the end of the file.
  ///
  /// errors   too-long: the line is, and may be gone on behind · structure: the file is cut off or
  ///          damaged · too-costly: it is larger than the limit · not-found: it cannot be opened;
  ///          the end of it, except for a long line: is_over()
  fhir::Result<std::optional<std::string>> next();

  /// Number of the line that next() gave last, from 1.
  std::uint32_t number() const { return number_; }
  bool is_over() const { return is_over_; }

 private:
  struct Handle;
  fhir::Result<bool> fill();
  fhir::Unexpected<fhir::Issue> end_with(fhir::IssueType type, std::string_view text);

  const Limits limits_;
  std::unique_ptr<Handle> file_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0, end_ = 0;  // of what is in the buffer and was not given yet
  std::uint64_t bytes_ = 0;
  std::uint32_t number_ = 0;
  bool is_over_ = false;
};

}  // namespace server::bulk
