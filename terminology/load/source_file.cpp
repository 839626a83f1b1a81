#include "terminology/load/source_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace terminology::load {
namespace {

using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;

constexpr std::string_view k_byte_order_mark = "\xef\xbb\xbf";

}  // namespace

void SourceFile::Unmap::operator()(const char* data) const {
  ::munmap(const_cast<char*>(data), size);
}

fhir::Result<SourceFile> SourceFile::open(const std::string& path, char separator) {
  SourceFile file(path, separator);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  bool is_good = descriptor >= 0 && ::fstat(descriptor, &status) == 0;
  if (is_good && status.st_size > 0) {
    file.size_ = static_cast<std::size_t>(status.st_size);
    void* mapped = ::mmap(nullptr, file.size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    is_good = mapped != MAP_FAILED;
    if (is_good) {
      ::madvise(mapped, file.size_, MADV_SEQUENTIAL);
      file.data_ = {static_cast<const char*>(mapped), Unmap{file.size_}};
    }
  }
  const int reason = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!is_good)
    return unexpected(make_issue(reason == ENOENT ? IssueType::not_found : IssueType::exception,
                                 path + " cannot be read: " + std::strerror(reason)));
  if (std::string_view(file.data_.get(), file.size_).starts_with(k_byte_order_mark))
    file.at_ = k_byte_order_mark.size();
  return file;
}

fhir::Result<bool> SourceFile::next() {
  while (at_ < size_) {
    ++line_;
    const char* begin = data_.get() + at_;
    const void* found = std::memchr(begin, '\n', size_ - at_);
    std::size_t length = found != nullptr
                             ? static_cast<std::size_t>(static_cast<const char*>(found) - begin)
                             : size_ - at_;
    at_ += std::min(length + 1, size_ - at_);
    if (length > k_line_bytes_max)
      return unexpected(
          wrong("the line is longer than " + std::to_string(k_line_bytes_max) + " bytes"));
    if (length > 0 && begin[length - 1] == '\r') --length;
    if (length == 0 || *begin == '#') continue;
    columns_.clear();
    std::string_view rest(begin, length);
    while (true) {
      const std::size_t end = std::min(rest.find(separator_), rest.size());
      columns_.push_back(rest.substr(0, end));
      if (end == rest.size()) break;
      rest.remove_prefix(end + 1);
      if (columns_.size() == k_columns_max)
        return unexpected(
            wrong("the line has more than " + std::to_string(k_columns_max) + " columns"));
    }
    return true;
  }
  return false;
}

fhir::Issue SourceFile::wrong(const std::string& what) const {
  fhir::Issue issue =
      make_issue(IssueType::invalid, path_ + ":" + std::to_string(line_) + ": " + what);
  issue.line = static_cast<std::uint32_t>(line_);
  return issue;
}

}  // namespace terminology::load
