// http://ndjson.org
#include "src/bulk/export_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace server::bulk {
namespace {

constexpr std::size_t k_buffer_bytes = 256 * 1024;

fhir::Unexpected<fhir::Issue> not_kept() {
  return fhir::unexpected(
      fhir::make_issue(fhir::IssueType::no_store, "The files of the export cannot be written"));
}

std::string_view prefix_of(FileKind kind) {
  switch (kind) {
    case FileKind::deleted:
      return "deleted.";
    case FileKind::error:
      return "error.";
    default:
      return "";
  }
}

}  // namespace

ExportFiles::ExportFiles(std::filesystem::path folder, FileLimits limits)
    : folder_(std::move(folder)), limits_(limits) {}

ExportFiles::~ExportFiles() {
  for (auto& [key, open] : open_) {
    if (open.descriptor >= 0) ::close(open.descriptor);
  }
}

fhir::Result<void> ExportFiles::add(FileKind kind, std::string_view type, std::string_view json) {
  const Key key(kind, type);
  Open& open = open_[key];
  if (open.descriptor < 0) FHIR_CHECK(begin(open, key));
  bytes_ += json.size() + 1;
  if (bytes_ > limits_.all_bytes)
    return fhir::unexpected(fhir::make_issue(
        fhir::IssueType::too_costly,
        "The export is larger than this server keeps: ask for fewer types, or a shorter time"));
  const std::size_t begin = open.buffer.size();
  open.buffer.append(json);
  if (json.find_first_of("\r\n") != std::string_view::npos) {
    // No string of JSON holds one: they stand between its parts.
    std::replace_if(
        open.buffer.begin() + static_cast<std::ptrdiff_t>(begin), open.buffer.end(),
        [](char c) { return c == '\n' || c == '\r'; }, ' ');
  }
  open.buffer += '\n';
  open.bytes += json.size() + 1;
  ++open.file.count;
  if (kind == FileKind::output) ++count_;
  if (open.buffer.size() >= k_buffer_bytes) FHIR_CHECK(write_out(open));
  if (open.bytes < limits_.file_bytes && open.file.count < limits_.file_count) return {};
  FHIR_CHECK(end(open));
  open_.erase(key);
  return {};
}

fhir::Result<void> ExportFiles::begin(Open& open, const Key& key) {
  open.file.kind = key.first;
  open.file.type = key.second;
  open.file.name = std::string(prefix_of(key.first)) + key.second + "." +
                   std::to_string(++parts_[key]) + ".ndjson";
  open.descriptor = ::open((folder_ / open.file.name).c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (open.descriptor < 0) return not_kept();
  open.buffer.reserve(k_buffer_bytes + k_buffer_bytes / 4);
  return {};
}

fhir::Result<void> ExportFiles::write_out(Open& open) {
  std::string_view rest = open.buffer;
  while (!rest.empty()) {
    const ssize_t written = ::write(open.descriptor, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return not_kept();
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  open.buffer.clear();
  return {};
}

fhir::Result<void> ExportFiles::end(Open& open) {
  FHIR_CHECK(write_out(open));
  const bool is_durable = ::fsync(open.descriptor) == 0;
  ::close(std::exchange(open.descriptor, -1));
  if (!is_durable) return not_kept();
  ended_.push_back(open.file);
  return {};
}

fhir::Result<std::vector<ExportedFile>> ExportFiles::finish() {
  for (auto& [key, open] : open_) FHIR_CHECK(end(open));
  open_.clear();
  std::stable_sort(ended_.begin(), ended_.end(), [](const auto& a, const auto& b) {
    return a.kind != b.kind ? a.kind < b.kind : a.type < b.type;
  });
  return std::move(ended_);
}

}  // namespace server::bulk
