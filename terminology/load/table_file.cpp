#include "terminology/load/table_file.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "terminology/code_text.h"

namespace terminology::load {
namespace {

using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;

constexpr std::size_t k_read_bytes = 1u << 18;
constexpr std::string_view k_byte_order_mark = "\xef\xbb\xbf";

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

void TableFile::Close::operator()(gzFile_s* file) const { gzclose(file); }

fhir::Result<TableFile> TableFile::open(const std::string& path, char separator, Quotes quotes) {
  TableFile file(path, separator, quotes);
  errno = 0;
  file.file_.reset(gzopen(path.c_str(), "rbe"));  // reads what is not packed as it is
  if (file.file_ == nullptr)
    return unexpected(make_issue(errno == ENOENT ? IssueType::not_found : IssueType::exception,
                                 path + " cannot be read: " + std::strerror(errno)));
  FHIR_TRY(has_more, file.fill());
  if (has_more && std::string_view(file.buffer_.data(), file.end_).starts_with(k_byte_order_mark))
    file.begin_ = k_byte_order_mark.size();
  return file;
}

/// Reads on; false at the end.
fhir::Result<bool> TableFile::fill() {
  if (is_at_end_) return false;
  if (begin_ != 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ > k_record_bytes_max)
    return unexpected(make_issue(IssueType::too_long, path_ + ":" + std::to_string(next_line_) +
                                                          ": a record is longer than " +
                                                          std::to_string(k_record_bytes_max) +
                                                          " bytes"));
  buffer_.resize(end_ + k_read_bytes);
  const int read = gzread(file_.get(), buffer_.data() + end_, k_read_bytes);
  if (read < 0) {
    int code = 0;
    const std::string why = gzerror(file_.get(), &code);
    return unexpected(make_issue(IssueType::exception, path_ + " cannot be read: " + why));
  }
  is_at_end_ = read == 0;
  int state = Z_OK;
  // What a packed file that was cut short still gave would pass for the whole.
  if (is_at_end_ && gzerror(file_.get(), &state) != nullptr && state == Z_BUF_ERROR)
    return unexpected(make_issue(IssueType::invalid, path_ + ":" + std::to_string(next_line_) +
                                                         ": the packed file is cut short"));
  end_ += static_cast<std::size_t>(read);
  return read != 0;
}

/// Makes record_ what stands up to a line's end outside of quotes; false at the end of the file.
fhir::Result<bool> TableFile::take_record() {
  line_ = next_line_;
  bool is_quoted = false;
  for (std::size_t at = begin_;; ++at) {
    if (at == end_) {
      const std::size_t before = at - begin_;
      FHIR_TRY(has_more, fill());
      at = begin_ + before;
      if (!has_more) {
        if (is_quoted) return unexpected(wrong("a quote does not end"));
        if (begin_ == end_) return false;
        record_ = {buffer_.data() + begin_, end_ - begin_};
        begin_ = end_;
        break;
      }
    }
    const char c = buffer_[at];
    if (c == '"' && quotes_ == Quotes::doubled) is_quoted = !is_quoted;
    if (c != '\n') continue;
    ++next_line_;
    if (is_quoted) continue;
    record_ = {buffer_.data() + begin_, at - begin_};
    begin_ = at + 1;
    break;
  }
  while (!record_.empty() && record_.back() == '\r') record_.remove_suffix(1);
  return true;
}

/// Without its quotes: in place, for a text without them is never longer.
std::string_view TableFile::unquote(char* begin, char* end) const {
  const std::string_view text = trim({begin, static_cast<std::size_t>(end - begin)});
  if (quotes_ == Quotes::none || text.size() < 2 || text.front() != '"') return text;
  char* from = begin + (text.data() - begin);
  char* const to = from;
  char* out = to;
  const char* last = from + text.size() - 1;
  for (const char* at = from + 1; at < last; ++at) {
    if (*at == '"' && at + 1 < last && at[1] == '"') ++at;
    *out++ = *at;
  }
  return trim({to, static_cast<std::size_t>(out - to)});
}

fhir::Result<void> TableFile::split() {
  columns_.clear();
  char* begin = buffer_.data() + (record_.data() - buffer_.data());
  char* const end = begin + record_.size();
  bool is_quoted = false;
  for (char* at = begin;; ++at) {
    if (at != end && *at == '"' && quotes_ == Quotes::doubled) is_quoted = !is_quoted;
    if (at != end && (is_quoted || *at != separator_)) continue;
    if (columns_.size() == k_table_columns_max)
      return unexpected(wrong("more than " + std::to_string(k_table_columns_max) + " columns"));
    columns_.push_back(unquote(begin, at));
    if (at == end) return {};
    begin = at + 1;
  }
}

fhir::Result<bool> TableFile::next() {
  do {
    FHIR_TRY(has_more, take_record());
    if (!has_more) return false;
  } while (trim(record_).empty());
  FHIR_CHECK(split());
  return true;
}

fhir::Result<void> TableFile::read_header(const std::vector<std::string_view>& required) {
  FHIR_TRY(has_names, next());
  if (!has_names) return unexpected(wrong("the names of the columns are missing"));
  header_.assign(columns_.begin(), columns_.end());
  for (const std::string_view name : required) {
    if (find(name) == k_absent)
      return unexpected(wrong("there is no column named " + std::string(name)));
  }
  return {};
}

std::size_t TableFile::find(std::string_view name) const {
  const auto found = std::find_if(header_.begin(), header_.end(), [&](const std::string& known) {
    return equals_ignoring_case(known, name);
  });
  return found != header_.end() ? static_cast<std::size_t>(found - header_.begin()) : k_absent;
}

fhir::Issue TableFile::wrong(const std::string& what) const {
  fhir::Issue issue =
      make_issue(IssueType::invalid, path_ + ":" + std::to_string(line_) + ": " + what);
  issue.line = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(line_, std::numeric_limits<std::uint32_t>::max()));
  return issue;
}

}  // namespace terminology::load
