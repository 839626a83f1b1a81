// A table in a text file, read record by record: separated by a character, with or without quotes,
// with or without a line of names, as it is or compressed by gzip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"

struct gzFile_s;

namespace terminology::load {

inline constexpr std::size_t k_record_bytes_max = 4u << 20;
inline constexpr std::size_t k_table_columns_max = 256;

/// Not for several threads.
class TableFile {
 public:
  enum class Quotes : std::uint8_t { none, doubled };  // doubled: "a ""b"" c", over several lines

  /// errors   not-found, exception: it cannot be read
  static fhir::Result<TableFile> open(const std::string& path, char separator, Quotes quotes);

  /// Takes the next record as the names of the columns.
  ///
  /// errors   invalid: there is none, or it lacks a name
  fhir::Result<void> read_header(const std::vector<std::string_view>& required);
  /// The position of a name in the header, in any case; k_absent when it is not there.
  std::size_t find(std::string_view name) const;
  static constexpr std::size_t k_absent = static_cast<std::size_t>(-1);
  const std::vector<std::string>& header() const { return header_; }

  /// Goes to the next record that is not empty; false behind the last one.
  ///
  /// errors   too-long: k_record_bytes_max, k_table_columns_max · invalid: a quote that does not
  ///          end · exception: it cannot be read, or unpacked
  fhir::Result<bool> next();

  /// A column of the record, without white space around it; empty past the last one. Lives until
  /// next().
  std::string_view column(std::size_t index) const {
    return index < columns_.size() ? columns_[index] : std::string_view{};
  }
  std::string_view column(std::string_view name) const { return column(find(name)); }
  std::size_t column_count() const { return columns_.size(); }
  /// The record as it stands.
  std::string_view text() const { return record_; }

  /// An error that names the file and the line.
  fhir::Issue wrong(const std::string& what) const;

 private:
  struct Close {
    void operator()(gzFile_s* file) const;
  };

  TableFile(std::string path, char separator, Quotes quotes)
      : path_(std::move(path)), separator_(separator), quotes_(quotes) {}
  fhir::Result<bool> fill();
  fhir::Result<bool> take_record();
  fhir::Result<void> split();
  std::string_view unquote(char* begin, char* end) const;

  std::string path_;
  char separator_;
  Quotes quotes_;
  std::unique_ptr<gzFile_s, Close> file_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;  // what of the buffer is not yet a record
  bool is_at_end_ = false;
  std::uint64_t line_ = 0, next_line_ = 1;
  std::string_view record_;
  std::vector<std::string_view> columns_;
  std::vector<std::string> header_;
};

}  // namespace terminology::load
