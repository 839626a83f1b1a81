#include "terminology/load/rf2_reader.h"

#include <algorithm>
#include <charconv>

namespace terminology::load {
namespace {

using fhir::unexpected;

template <class Number>
bool parse(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

/// What is wrong in an error is shown, but not without an end.
std::string quoted(std::string_view text) {
  return "'" + std::string(text.substr(0, 60)) + (text.size() > 60 ? "…'" : "'");
}

}  // namespace

std::uint64_t to_sct_id(std::string_view text) {
  std::uint64_t id = 0;
  return text.size() >= 6 && text.size() <= 18 && parse(text, id) ? id : 0;
}

fhir::Result<Rf2Reader> Rf2Reader::open(const std::string& path,
                                        std::span<const std::string_view> columns) {
  FHIR_TRY(source, SourceFile::open(path, '\t'));
  Rf2Reader reader(std::move(source));
  FHIR_TRY(has_header, reader.source_.next());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!has_header || reader.text(i) != columns[i])
      return unexpected(reader.wrong("column " + std::to_string(i + 1) + " should be " +
                                     std::string(columns[i]) + ", not " + quoted(reader.text(i))));
  }
  for (std::size_t i = 0; i < reader.source_.column_count(); ++i)
    reader.header_.emplace_back(reader.text(i));
  return reader;
}

fhir::Result<bool> Rf2Reader::next() {
  FHIR_TRY(is_there, source_.next());
  if (!is_there) return false;
  if (source_.column_count() != header_.size())
    return unexpected(wrong("the line has " + std::to_string(source_.column_count()) +
                            " columns, the header " + std::to_string(header_.size())));
  const std::string_view time = text(1);
  effective_time_ = 0;  // of what is not published yet
  if (!time.empty() && (time.size() != 8 || !parse(time, effective_time_)))
    return unexpected(wrong(quoted(time) + " is no effectiveTime (yyyymmdd)"));
  if (text(2) != "0" && text(2) != "1")
    return unexpected(wrong(quoted(text(2)) + " is neither 0 nor 1, as active must be"));
  is_active_ = text(2) == "1";
  return true;
}

fhir::Result<std::uint64_t> Rf2Reader::id(std::size_t column) const {
  const std::uint64_t value = to_sct_id(text(column));
  if (value != 0) return value;
  return unexpected(wrong(quoted(text(column)) + " in column " + header_[column] +
                          " is no identifier of SNOMED CT"));
}

fhir::Result<std::uint32_t> Rf2Reader::number(std::size_t column, std::uint32_t most) const {
  std::uint32_t value = 0;
  if (parse(text(column), value) && value <= most) return value;
  return unexpected(wrong(quoted(text(column)) + " in column " + header_[column] +
                          " is no number from 0 to " + std::to_string(most)));
}

}  // namespace terminology::load
