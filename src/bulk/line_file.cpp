// https://www.zlib.net/manual.html#Gzip: what is not packed is read as it is.
#include "src/bulk/line_file.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>

namespace server::bulk {
namespace {

constexpr std::size_t k_buffer_bytes = 256 * 1024;
constexpr std::string_view k_byte_order_mark = "\xef\xbb\xbf";

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

struct LineFile::Handle {
  explicit Handle(const std::filesystem::path& path) : file(::gzopen(path.c_str(), "rb")) {
    if (file != nullptr) ::gzbuffer(file, k_buffer_bytes);
  }
  ~Handle() {
    if (file != nullptr) ::gzclose_r(file);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  gzFile file;
};

LineFile::LineFile(const std::filesystem::path& path, Limits limits)
    : limits_(limits),
      file_(std::make_unique<Handle>(path)),
      buffer_(std::make_unique_for_overwrite<char[]>(k_buffer_bytes)) {}

LineFile::~LineFile() = default;

fhir::Unexpected<fhir::Issue> LineFile::end_with(fhir::IssueType type, std::string_view text) {
  is_over_ = true;
  return fhir::unexpected(fhir::make_issue(type, std::string(text)));
}

/// False: there is no more.
fhir::Result<bool> LineFile::fill() {
  if (file_->file == nullptr)
    return end_with(fhir::IssueType::not_found, "The file cannot be opened");
  const int count = ::gzread(file_->file, buffer_.get(), static_cast<unsigned>(k_buffer_bytes));
  int code = Z_OK;
  ::gzerror(file_->file, &code);
  if (count < 0 || (count == 0 && code != Z_OK && code != Z_STREAM_END))
    return end_with(fhir::IssueType::structure, "The file is damaged, or cut off");
  begin_ = 0;
  end_ = static_cast<std::size_t>(count);
  bytes_ += end_;
  if (bytes_ > limits_.bytes_max)
    return end_with(fhir::IssueType::too_costly, "The file is larger than this server takes");
  return end_ != 0;
}

fhir::Result<std::optional<std::string>> LineFile::next() {
  std::string line;
  bool is_long = false;
  while (!is_over_) {
    if (begin_ == end_) {
      FHIR_TRY(has_more, fill());
      if (!has_more) {
        is_over_ = true;
        if (line.empty() && !is_long) break;
        ++number_;
        if (is_long)
          return fhir::unexpected(
              fhir::make_issue(fhir::IssueType::too_long, "The line is too long"));
        if (is_blank(line)) break;
        return std::optional<std::string>(std::move(line));
      }
      if (number_ == 0 && line.empty() && bytes_ == end_ &&
          std::string_view(buffer_.get(), end_).starts_with(k_byte_order_mark))
        begin_ = k_byte_order_mark.size();
    }
    const char* from = buffer_.get() + begin_;
    const auto* stop = static_cast<const char*>(std::memchr(from, '\n', end_ - begin_));
    const std::size_t count =
        static_cast<std::size_t>((stop != nullptr ? stop : buffer_.get() + end_) - from);
    is_long = is_long || line.size() + count > limits_.line_bytes_max;
    if (is_long) {
      line = std::string();
    } else {
      line.append(from, count);
    }
    begin_ += count;
    if (stop == nullptr) continue;
    ++begin_;
    ++number_;
    if (is_long)
      return fhir::unexpected(fhir::make_issue(fhir::IssueType::too_long, "The line is too long"));
    if (!is_blank(line)) return std::optional<std::string>(std::move(line));
    line.clear();
  }
  return std::optional<std::string>();
}

}  // namespace server::bulk
