// Reads one RF2 file: the columns that every component has, and checks of each value.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "terminology/load/source_file.h"

namespace terminology::load {

/// Not for several threads.
class Rf2Reader {
 public:
  /// columns  names that the header must begin with
  /// errors   those of SourceFile; invalid: another header
  static fhir::Result<Rf2Reader> open(const std::string& path,
                                      std::span<const std::string_view> columns);

  /// errors   invalid: too few columns, a time or a state that is none
  fhir::Result<bool> next();

  // Of the line that was read. Every file has these in its first four columns.
  std::string_view id_text() const { return source_.column(0); }
  std::uint32_t effective_time() const { return effective_time_; }
  bool is_active() const { return is_active_; }
  std::string_view text(std::size_t column) const { return source_.column(column); }
  /// errors   invalid: no identifier of SNOMED CT (digits, 6 to 18 of them)
  fhir::Result<std::uint64_t> id(std::size_t column) const;
  /// errors   invalid: no number from 0 to `most`
  fhir::Result<std::uint32_t> number(std::size_t column, std::uint32_t most) const;

  std::span<const std::string> header() const { return header_; }
  const SourceFile& source() const { return source_; }
  fhir::Issue wrong(const std::string& what) const { return source_.wrong(what); }

 private:
  explicit Rf2Reader(SourceFile source) : source_(std::move(source)) {}

  SourceFile source_;
  std::vector<std::string> header_;
  std::uint32_t effective_time_ = 0;
  bool is_active_ = false;
};

/// The digits of an identifier; 0 when they are none.
std::uint64_t to_sct_id(std::string_view text);

}  // namespace terminology::load
