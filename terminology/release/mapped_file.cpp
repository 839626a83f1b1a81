// Nothing that the file says is believed before it is compared with the file's size and checksums.
#include "terminology/release/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <cstring>

namespace terminology::release {
namespace {

using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;

fhir::Issue cannot_read(const std::string& path) {
  const IssueType type = errno == ENOENT ? IssueType::not_found : IssueType::exception;
  return make_issue(type, path + " cannot be read: " + std::strerror(errno));
}

}  // namespace

fhir::Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::string& path) {
  FHIR_TRY(file, open_unchecked(path));
  FHIR_CHECK(file->check());
  return std::move(file);
}

fhir::Result<std::shared_ptr<const MappedFile>> MappedFile::open_unchecked(
    const std::string& path) {
  std::shared_ptr<MappedFile> file(new MappedFile(path));
  FHIR_CHECK(file->map());
  FHIR_CHECK(file->read_table());
  return std::shared_ptr<const MappedFile>(std::move(file));
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

fhir::Issue MappedFile::damaged(const std::string& what) const {
  return make_issue(IssueType::invalid, path_ + " is damaged: " + what + "; load it again");
}

fhir::Result<void> MappedFile::map() {
  const int descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return unexpected(cannot_read(path_));
  struct stat status {};
  const bool known = ::fstat(descriptor, &status) == 0;
  if (known && status.st_size >= static_cast<off_t>(sizeof(FileHeader))) {
    size_ = static_cast<std::size_t>(status.st_size);
    void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, descriptor, 0);
    if (mapped != MAP_FAILED) data_ = static_cast<const std::byte*>(mapped);
  }
  const int reason = errno;
  ::close(descriptor);
  if (data_ != nullptr) return {};
  if (known && size_ == 0)
    return unexpected(make_issue(IssueType::invalid, path_ + " is no release file"));
  errno = reason;
  return unexpected(cannot_read(path_));
}

fhir::Result<void> MappedFile::read_table() {
  FileHeader header;
  std::memcpy(&header, data_, sizeof header);
  if (header.magic != k_magic || header.byte_order != k_byte_order)
    return unexpected(make_issue(IssueType::invalid, path_ + " is no release file"));
  if (header.format_version != k_format_version)
    return unexpected(make_issue(IssueType::not_supported,
                                 path_ + " is of version " + std::to_string(header.format_version) +
                                     " of the format, not " + std::to_string(k_format_version) +
                                     ": load the release again"));
  if (header.header_checksum != XXH3_64bits(data_, offsetof(FileHeader, header_checksum)))
    return unexpected(damaged("its header"));
  if (header.file_bytes != size_) return unexpected(damaged("it is cut short"));
  const std::size_t table_bytes = header.section_count * sizeof(SectionEntry);
  if (header.section_count > k_sections_max || sizeof header + table_bytes > size_)
    return unexpected(damaged("its table of sections"));
  if (header.table_checksum != XXH3_64bits(data_ + sizeof header, table_bytes))
    return unexpected(damaged("its table of sections"));
  table_ = {reinterpret_cast<const SectionEntry*>(data_ + sizeof header), header.section_count};
  for (const SectionEntry& entry : table_) {
    if (entry.offset % 8 != 0 || entry.offset > size_ || entry.bytes > size_ - entry.offset ||
        entry.element_bytes == 0 || entry.bytes % entry.element_bytes != 0)
      return unexpected(damaged("the place of section " + std::to_string(entry.section)));
    if (static_cast<Section>(entry.section) == Section::info) FHIR_CHECK(compare(entry));
  }
  return {};
}

fhir::Result<void> MappedFile::check() const {
  for (const SectionEntry& entry : table_) {
    if (!is_text(static_cast<Section>(entry.section))) FHIR_CHECK(compare(entry));
  }
  return {};
}

fhir::Result<void> MappedFile::compare(const SectionEntry& entry) const {
  if (XXH3_64bits(data_ + entry.offset, entry.bytes) == entry.checksum) return {};
  return unexpected(damaged("section " + std::to_string(entry.section)));
}

fhir::Result<void> MappedFile::check_texts() const {
  for (const SectionEntry& entry : table_) {
    if (is_text(static_cast<Section>(entry.section))) FHIR_CHECK(compare(entry));
  }
  return {};
}

const SectionEntry* MappedFile::find(Section section) const {
  for (const SectionEntry& entry : table_) {
    if (entry.section == static_cast<std::uint32_t>(section)) return &entry;
  }
  return nullptr;
}

}  // namespace terminology::release
