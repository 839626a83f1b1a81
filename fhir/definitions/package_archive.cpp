// https://hl7.org/fhir/packages.html
#include "fhir/definitions/package_archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <filesystem>
#include <memory>

namespace fhir::definitions {
namespace {

constexpr std::size_t k_block_bytes = 64 * 1024;
constexpr std::string_view k_folder = "package/";

using Reader = std::unique_ptr<archive, int (*)(archive*)>;

/// Names that would lead out of the folder into which a tar is unpacked.
bool leaves_folder(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.find('\\') != std::string_view::npos) return true;
  while (!name.empty()) {
    const std::size_t slash = name.find('/');
    if (name.substr(0, slash) == "..") return true;
    if (slash == std::string_view::npos) break;
    name.remove_prefix(slash + 1);
  }
  return false;
}

class PackageReader {
 public:
  PackageReader(const std::string& path, const ArchiveLimits& limits)
      : path_(path), limits_(limits), reader_(archive_read_new(), archive_read_free) {
    archive_read_support_filter_gzip(reader_.get());
    archive_read_support_format_tar(reader_.get());
  }

  Result<void> run(const PackageFileVisitor& visit) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path_, ignored))
      return problem(IssueType::not_found, "there is no such file");
    if (archive_read_open_filename(reader_.get(), path_.c_str(), k_block_bytes) != ARCHIVE_OK)
      return damaged();
    archive_entry* entry = nullptr;
    int status;
    while ((status = archive_read_next_header(reader_.get(), &entry)) == ARCHIVE_OK) {
      FHIR_CHECK(check(entry));
      std::string_view name = archive_entry_pathname(entry);
      if (name.starts_with("./")) name.remove_prefix(2);
      if (!name.starts_with(k_folder) || archive_entry_filetype(entry) != AE_IFREG) continue;
      name.remove_prefix(k_folder.size());
      if (name.find('/') != std::string_view::npos || !name.ends_with(".json")) continue;
      const std::string kept(name);
      FHIR_TRY(text, content(static_cast<std::size_t>(archive_entry_size(entry))));
      FHIR_CHECK(visit(kept, std::move(text)));
    }
    if (status != ARCHIVE_EOF) return damaged();
    return {};
  }

 private:
  Unexpected<Issue> problem(IssueType type, std::string_view what) const {
    return unexpected(make_issue(type, path_ + ": " + std::string(what)));
  }

  Unexpected<Issue> damaged() const {
    const char* why = archive_error_string(reader_.get());
    return problem(IssueType::structure,
                   "not a readable package (" + std::string(why != nullptr ? why : "") + ")");
  }

  Result<void> check(archive_entry* entry) {
    if (++files_ > limits_.files_max)
      return problem(IssueType::too_long, "the package has too many files");
    const char* name = archive_entry_pathname(entry);
    if (name == nullptr || leaves_folder(name))
      return problem(IssueType::security, "an entry of the package leaves its folder");
    const auto type = archive_entry_filetype(entry);
    if ((type != AE_IFREG && type != AE_IFDIR) || archive_entry_hardlink(entry) != nullptr)
      return problem(IssueType::security, "an entry of the package is neither a file nor a folder");
    const la_int64_t size = archive_entry_size(entry);
    if (size < 0 || static_cast<std::uint64_t>(size) > limits_.file_bytes_max)
      return problem(IssueType::too_long, "a file of the package is too large");
    total_ += static_cast<std::uint64_t>(size);
    if (total_ > limits_.total_bytes_max)
      return problem(IssueType::too_long, "the package is too large");
    return {};
  }

  /// Read in pieces: a header may promise more than the file holds.
  Result<std::string> content(std::size_t size) {
    std::string text;
    while (text.size() < size) {
      const std::size_t have = text.size();
      text.resize(std::min(size, have + 16 * k_block_bytes));
      const la_ssize_t got =
          archive_read_data(reader_.get(), text.data() + have, text.size() - have);
      if (got <= 0) return damaged();
      text.resize(have + static_cast<std::size_t>(got));
    }
    return text;
  }

  const std::string& path_;
  const ArchiveLimits& limits_;
  Reader reader_;
  std::uint64_t total_ = 0;
  std::uint32_t files_ = 0;
};

}  // namespace

Result<void> read_package_archive(const std::string& path, const ArchiveLimits& limits,
                                  const PackageFileVisitor& visit) {
  return PackageReader(path, limits).run(visit);
}

}  // namespace fhir::definitions
