#include "terminology/load/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "terminology/load/rf2_files.h"

namespace terminology::load {
namespace {

namespace fs = std::filesystem;
using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;
using Reader = std::unique_ptr<archive, int (*)(archive*)>;

constexpr std::size_t k_block_bytes = 1 << 18;
constexpr std::uint64_t k_free_bytes = std::uint64_t{64} << 20;  // of the ratio
constexpr std::string_view k_prefix = ".unpacking-";

bool has_suffix(std::string_view path, std::string_view suffix) {
  if (path.size() < suffix.size()) return false;
  path.remove_prefix(path.size() - suffix.size());
  return std::equal(path.begin(), path.end(), suffix.begin(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

/// Forms that loaders read; documents, programs and what macOS adds are none.
bool is_read(std::string_view name) {
  if (name.starts_with("__MACOSX/")) return false;
  for (std::string_view suffix : {".txt", ".rrf", ".csv", ".csv.gz", ".xml"}) {
    if (has_suffix(name, suffix)) return true;
  }
  return false;
}

bool leads_out(std::string_view name) {
  if (name.empty() || name.starts_with('/') || name.find('\\') != std::string_view::npos ||
      name.find(':') != std::string_view::npos || name.find('\0') != std::string_view::npos)
    return true;
  const fs::path path(name);
  return std::any_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

/// What views of RF2 an archive has.
struct Views {
  bool has_snapshot = false, has_full = false;

  void add(std::string_view name) {
    std::string view;
    if (!rf2_file(name.substr(name.rfind('/') + 1), view)) return;
    has_snapshot = has_snapshot || view == "Snapshot";
    has_full = has_full || view == "Full";
  }
  /// Of RF2 one view is read; stated relationships and the like are not.
  bool are_served_by(std::string_view name) const {
    if (!has_snapshot && !has_full) return true;
    std::string view;
    const auto file = rf2_file(name.substr(name.rfind('/') + 1), view);
    return file.has_value() && view == (has_snapshot ? "Snapshot" : "Full");
  }
};

class Layer {
 public:
  Layer(const std::string& path, const ArchiveLimits& limits) : path_(path), limits_(limits) {}

  /// Judges every member before one is written.
  fhir::Result<void> look() {
    return for_each([this](archive_entry* entry, std::string_view name) -> fhir::Result<void> {
      if (++members_ > limits_.members_max)
        return refuse(IssueType::too_costly,
                      "has more than " + std::to_string(limits_.members_max) + " members");
      if (leads_out(name))
        return refuse(IssueType::security, "has a member that leads out of its folder");
      const auto type = archive_entry_filetype(entry);
      if ((type != AE_IFREG && type != AE_IFDIR) || archive_entry_hardlink(entry) != nullptr)
        return refuse(IssueType::security, "has a link in it");
      if (archive_entry_is_encrypted(entry) != 0)
        return refuse(IssueType::not_supported, "is encrypted");
      views_.add(name);
      return {};
    });
  }

  fhir::Result<void> lay_out(const std::string& folder,
                             const std::function<void(const std::string&)>& say) {
    std::error_code failure;
    const std::uint64_t packed = fs::file_size(path_, failure);
    allowed_ = std::min(limits_.bytes_max, k_free_bytes + packed * limits_.ratio_max);
    return for_each([&](archive_entry* entry, std::string_view name) -> fhir::Result<void> {
      if (archive_entry_filetype(entry) != AE_IFREG || leads_out(name) || !is_read(name) ||
          !views_.are_served_by(name))
        return {};
      say("unpacking " + std::string(name));
      const fs::path file = fs::path(folder) / name;
      fs::create_directories(file.parent_path(), failure);
      return failure ? refuse(IssueType::exception, "cannot be laid out: " + failure.message())
                     : write(file.string());
    });
  }

 private:
  template <class Visit>
  fhir::Result<void> for_each(Visit&& visit) {
    reader_ = Reader(archive_read_new(), archive_read_free);
    archive_read_support_filter_gzip(reader_.get());
    archive_read_support_format_tar(reader_.get());
    archive_read_support_format_zip(reader_.get());
    if (archive_read_open_filename(reader_.get(), path_.c_str(), k_block_bytes) != ARCHIVE_OK)
      return damaged();
    archive_entry* entry = nullptr;
    int status = ARCHIVE_OK;
    while ((status = archive_read_next_header(reader_.get(), &entry)) == ARCHIVE_OK) {
      const char* name = archive_entry_pathname(entry);
      FHIR_CHECK(visit(entry, name != nullptr ? std::string_view(name) : std::string_view{}));
    }
    return status == ARCHIVE_EOF ? fhir::Result<void>() : damaged();
  }

  /// What the headers say of sizes is not believed.
  fhir::Result<void> write(const std::string& file) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0)
      return refuse(IssueType::structure, "has a file twice, or one that cannot be written: " +
                                              std::string(std::strerror(errno)));
    auto done = copy_to(descriptor);
    ::close(descriptor);
    return done;
  }

  fhir::Result<void> copy_to(int descriptor) {
    while (true) {
      const la_ssize_t count = archive_read_data(reader_.get(), buffer_.data(), buffer_.size());
      if (count == 0) return {};
      if (count < 0) return damaged();
      written_ += static_cast<std::uint64_t>(count);
      if (written_ > allowed_)
        return refuse(IssueType::too_costly, "holds more than " + std::to_string(allowed_) +
                                                 " bytes: no release is as large for its archive");
      for (std::size_t done = 0; done < static_cast<std::size_t>(count);) {
        const ssize_t part =
            ::write(descriptor, buffer_.data() + done, static_cast<std::size_t>(count) - done);
        if (part < 0 && errno == EINTR) continue;
        if (part < 0)
          return refuse(errno == ENOSPC ? IssueType::no_store : IssueType::exception,
                        "cannot be laid out: " + std::string(std::strerror(errno)));
        done += static_cast<std::size_t>(part);
      }
    }
  }

  fhir::Unexpected<fhir::Issue> refuse(IssueType type, const std::string& what) const {
    return unexpected(make_issue(type, path_ + " " + what));
  }
  fhir::Unexpected<fhir::Issue> damaged() const {
    const char* why = archive_error_string(reader_.get());
    return refuse(IssueType::structure,
                  std::string("is no archive that can be read: ") + (why != nullptr ? why : "cut"));
  }

  const std::string& path_;
  const ArchiveLimits& limits_;
  Reader reader_{nullptr, archive_read_free};
  std::array<char, k_block_bytes> buffer_;
  Views views_;
  std::uint64_t members_ = 0, written_ = 0, allowed_ = 0;
};

/// The folders of processes that are gone.
void take_leftovers_away(const std::string& beside) {
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(beside, failure)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(k_prefix)) continue;
    int process = 0;
    const char* digits = name.data() + k_prefix.size();
    std::from_chars(digits, name.data() + name.size(), process);
    const bool is_gone =
        process <= 0 || process == ::getpid() || (::kill(process, 0) != 0 && errno == ESRCH);
    if (is_gone) fs::remove_all(entry.path(), failure);
  }
}

std::string without_lone_folders(const std::string& folder) {
  fs::path at(folder);
  std::error_code failure;
  while (true) {
    fs::path only;
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(at, failure)) {
      ++count;
      only = entry.path();
    }
    if (count != 1 || !fs::is_directory(only, failure)) return at.string();
    // The views of RF2 and the parts of LOINC are what loaders look for.
    const std::string name = only.filename().string();
    if (name == "Snapshot" || name == "Full" || name == "LoincTable" || name == "rrf")
      return at.string();
    at = only;
  }
}

}  // namespace

bool is_archive(const std::string& path) {
  return has_suffix(path, ".zip") || has_suffix(path, ".tgz") || has_suffix(path, ".tar.gz");
}

fhir::Result<Unpacked> Unpacked::make(const std::string& path, const std::string& beside,
                                      const std::function<void(const std::string&)>& say,
                                      const ArchiveLimits& limits) {
  std::error_code failure;
  if (!fs::is_regular_file(path, failure))
    return unexpected(make_issue(IssueType::not_found, path + " is not there"));
  take_leftovers_away(beside);
  const auto layer = std::make_unique<Layer>(path, limits);
  FHIR_CHECK(layer->look());
  Unpacked unpacked(path, beside + "/" + std::string(k_prefix) + std::to_string(::getpid()));
  fs::create_directory(unpacked.folder_, failure);
  if (failure)
    return unexpected(make_issue(IssueType::exception,
                                 unpacked.folder_ + " cannot be made: " + failure.message()));
  FHIR_CHECK(layer->lay_out(unpacked.folder_, say));
  unpacked.root_ = without_lone_folders(unpacked.folder_);
  return unpacked;
}

Unpacked::Unpacked(Unpacked&& other) noexcept
    : archive_(std::move(other.archive_)),
      folder_(std::exchange(other.folder_, {})),
      root_(std::move(other.root_)) {}

Unpacked::~Unpacked() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

std::string Unpacked::renamed(std::string text) const {
  for (std::size_t at = 0; (at = text.find(folder_, at)) != std::string::npos;)
    text.replace(at, folder_.size(), archive_);
  return text;
}

}  // namespace terminology::load
