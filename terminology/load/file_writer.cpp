// The order that makes it atomic: sections, table, fsync, rename, fsync of the folder. A file under
// way is locked, so that what a killed program left is told from what another one still writes.
#include "terminology/load/file_writer.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace terminology::load {
namespace {

namespace fs = std::filesystem;
using fhir::IssueType;
using fhir::make_issue;
using release::FileHeader;
using release::k_sections_max;
using release::SectionEntry;

constexpr std::uint64_t k_first_offset = sizeof(FileHeader) + k_sections_max * sizeof(SectionEntry);

/// Takes away what killed programs left in a folder.
void remove_abandoned(const fs::path& folder) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    if (!entry.path().filename().string().starts_with(k_unfinished_prefix)) continue;
    const int descriptor = ::open(entry.path().c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0) continue;
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) fs::remove(entry.path(), ignored);
    ::close(descriptor);
  }
}

bool sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool done = ::fsync(descriptor) == 0;
  ::close(descriptor);
  return done;
}

}  // namespace

fhir::Result<FileWriter> FileWriter::create(std::string path) {
  const fs::path target(path);
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  remove_abandoned(folder);
  const fs::path unfinished =
      folder / (std::string(k_unfinished_prefix) + target.filename().string() + "-" +
                std::to_string(::getpid()));
  // Emptied only when it is ours: in another container a program may have the same number.
  const int descriptor = ::open(unfinished.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0 || ::flock(descriptor, LOCK_EX | LOCK_NB) != 0 ||
      ::ftruncate(descriptor, 0) != 0) {
    const std::string reason = std::strerror(errno);
    if (descriptor >= 0) ::close(descriptor);
    return fhir::unexpected(
        make_issue(IssueType::exception, folder.string() + " cannot be written: " + reason));
  }
  return FileWriter(std::move(path), unfinished.string(), descriptor);
}

FileWriter::FileWriter(std::string path, std::string unfinished, int descriptor)
    : path_(std::move(path)),
      unfinished_(std::move(unfinished)),
      descriptor_(descriptor),
      end_(k_first_offset) {}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : path_(std::move(other.path_)),
      unfinished_(std::move(other.unfinished_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      error_(other.error_),
      end_(other.end_),
      table_(std::move(other.table_)) {}

FileWriter::~FileWriter() {
  if (descriptor_ < 0) return;
  ::unlink(unfinished_.c_str());
  ::close(descriptor_);
}

void FileWriter::add_bytes(release::Section section, std::size_t element_bytes,
                           std::span<const std::byte> bytes) {
  if (table_.size() == k_sections_max) error_ = error_ != 0 ? error_ : EFBIG;
  if (error_ != 0) return;
  end_ = (end_ + 7) / 8 * 8;
  table_.push_back({static_cast<std::uint32_t>(section), static_cast<std::uint32_t>(element_bytes),
                    end_, bytes.size(), XXH3_64bits(bytes.data(), bytes.size())});
  write_at(end_, bytes);
  end_ += bytes.size();
}

void FileWriter::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty() && error_ == 0) {
    const ssize_t count =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      error_ = count < 0 ? errno : EIO;
      return;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

fhir::Issue FileWriter::failure() const {
  const IssueType type = error_ == ENOSPC ? IssueType::no_store : IssueType::exception;
  return make_issue(type, unfinished_ + " cannot be written: " + std::strerror(error_));
}

fhir::Result<void> FileWriter::finish() {
  FileHeader header;
  header.file_bytes = end_;
  header.section_count = static_cast<std::uint32_t>(table_.size());
  const auto table = std::as_bytes(std::span<const SectionEntry>(table_));
  header.table_checksum = XXH3_64bits(table.data(), table.size());
  header.header_checksum = XXH3_64bits(&header, offsetof(FileHeader, header_checksum));
  write_at(sizeof header, table);
  write_at(0, std::as_bytes(std::span<const FileHeader>(&header, 1)));
  if (error_ == 0 && ::ftruncate(descriptor_, static_cast<off_t>(end_)) != 0) error_ = errno;
  if (error_ == 0 && ::fsync(descriptor_) != 0) error_ = errno;
  if (error_ == 0 && ::rename(unfinished_.c_str(), path_.c_str()) != 0) error_ = errno;
  if (error_ != 0) return fhir::unexpected(failure());
  ::close(std::exchange(descriptor_, -1));
  const fs::path folder = fs::path(path_).has_parent_path() ? fs::path(path_).parent_path() : ".";
  if (sync_folder(folder)) return {};
  error_ = errno;
  return fhir::unexpected(failure());
}

}  // namespace terminology::load
