#include "src/rest/bulk/import_run.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <deque>
#include <mutex>
#include <utility>

#include "src/bulk/import_jobs.h"
#include "src/bulk/import_state.h"
#include "src/bulk/line_file.h"
#include "src/jobs/job_id.h"
#include "src/jobs/message_file.h"
#include "src/rest/bulk/import_pipeline.h"

namespace server::rest {
namespace {

using bulk::InputState;
using fhir::IssueType;

constexpr std::size_t k_batch_lines = 500, k_batch_bytes = 4u << 20;
constexpr std::uint64_t k_manifest_bytes_max = 16u << 20;
constexpr std::uint64_t k_error_bytes_max = std::uint64_t{1} << 30;  // of what tells refusals
constexpr int k_background_nice = 10;
constexpr std::chrono::seconds k_save_pause{2};
constexpr std::string_view k_state = "state", k_manifest = "manifest";

fhir::Unexpected<fhir::Issue> not_kept() {
  return fhir::unexpected(
      fhir::make_issue(IssueType::no_store, "The files of the import cannot be written"));
}

/// What was refused of one input, a line each.
class ErrorFile {
 public:
  /// bytes   that are good of what a run before has written
  ErrorFile(const std::filesystem::path& path, std::uint64_t bytes)
      : descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    const auto length = static_cast<off_t>(bytes);
    is_good_ = descriptor_ >= 0 && ::ftruncate(descriptor_, length) == 0 &&
               ::lseek(descriptor_, length, SEEK_SET) == length;
  }
  ~ErrorFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  ErrorFile(const ErrorFile&) = delete;
  ErrorFile& operator=(const ErrorFile&) = delete;

  bool add(std::string_view text) {
    while (is_good_ && !text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      is_good_ = written > 0;
      if (is_good_) text.remove_prefix(static_cast<std::size_t>(written));
    }
    return is_good_;
  }
  bool sync() { return is_good_ && ::fsync(descriptor_) == 0; }

 private:
  int descriptor_;
  bool is_good_;
};

class ImportRun {
 public:
  ImportRun(const bulk::ImportRequest& request, std::filesystem::path folder,
            const Options& options, SnapshotSource& snapshots, const bulk::ImportSource& source,
            const ImportLimits& limits, jobs::Progress& progress)
      : request_(request),
        folder_(std::move(folder)),
        source_(source),
        limits_(limits),
        progress_(progress),
        writer_(
            options, snapshots,
            request.is_guarded ? std::make_shared<access::Identity>(request.identity) : nullptr) {}

  fhir::Result<bulk::Manifest> run() {
    FHIR_CHECK(begin());
    for (const InputState& one : state_.inputs)
      progress_.done += static_cast<std::uint32_t>(one.imported + one.refused);
    for (std::size_t i = 0; i < state_.inputs.size(); ++i) {
      if (!state_.inputs[i].is_done) FHIR_CHECK(import(i));
    }
    return manifest();
  }

 private:
  std::string name_of(std::string_view prefix, std::size_t i) const {
    return std::string(prefix) + "." + std::to_string(i + 1) + ".ndjson";
  }

  fhir::Result<void> save() {
    if (!jobs::write_file(folder_ / k_state, bulk::to_json(state_))) return not_kept();
    saved_ = std::chrono::steady_clock::now();
    return {};
  }

  /// Where a run before has left off, or the inputs that are asked for.
  fhir::Result<void> begin() {
    if (const auto text = jobs::read_file(folder_ / k_state)) {
      if (auto state = bulk::read_import_state(*text)) {
        state_ = *std::move(state);
        return {};
      }
    }
    std::vector<bulk::ImportInput> inputs = request_.inputs;
    if (!request_.manifest_url.empty()) {
      const auto file = folder_ / k_manifest;
      FHIR_CHECK(source_.fetch({"", request_.manifest_url, ""}, file, k_manifest_bytes_max,
                               progress_.is_cancelled));
      const auto text = jobs::read_file(file);
      if (!text) return not_kept();
      FHIR_TRY(listed, bulk::inputs_of_manifest(*text, limits_.files_max));
      inputs = std::move(listed);
    }
    state_.seed = jobs::random_id();
    for (bulk::ImportInput& input : inputs) {
      InputState one;
      one.input = std::move(input);
      state_.inputs.push_back(std::move(one));
    }
    return save();
  }

  fhir::Result<void> import(std::size_t i) {
    InputState& state = state_.inputs[i];
    const bool is_upload = state.input.url.empty();
    const auto file = folder_ / (is_upload ? std::string(bulk::k_upload) : name_of("input", i));
    ErrorFile errors(folder_ / name_of("error", i), state.error_bytes);
    std::error_code ignored;
    if (!is_upload && !std::filesystem::exists(file, ignored)) {
      auto fetched =
          source_.fetch(state.input, file, limits_.file_bytes_max, progress_.is_cancelled);
      if (!fetched) {
        if (progress_.is_cancelled || fetched.error().type == IssueType::no_store) return fetched;
        ImportedLine whole;
        whole.refusal = failure(std::move(fetched).error());
        FHIR_CHECK(refuse(state, errors, whole, 0));
        return end(state, errors, file);
      }
    }
    bulk::LineFile lines(file, {limits_.line_bytes_max, limits_.file_bytes_max * 16});
    pending_.clear();
    PipelineOptions pipeline;
    pipeline.threads = limits_.threads;
    pipeline.nice = k_background_nice;
    const std::uint32_t done_before = state.lines;
    FHIR_CHECK(import_batches(
        writer_, pipeline, [&] { return next(lines, i, done_before); },
        [&](const std::vector<ImportedLine>& results) { return take(state, errors, results); },
        progress_.is_cancelled));
    return end(state, errors, file);
  }

  std::vector<ImportLine> next(bulk::LineFile& file, std::size_t i, std::uint32_t done_before) {
    std::vector<ImportLine> batch;
    std::vector<std::uint32_t> numbers;
    std::size_t bytes = 0;
    while (batch.size() < k_batch_lines && bytes < k_batch_bytes && !file.is_over()) {
      auto text = file.next();
      if (text && !*text) break;
      if (file.number() <= done_before && text) continue;
      ImportLine line;
      line.number = file.number();
      line.type = state_.inputs[i].input.type;
      line.spare_id = state_.seed + "-" + std::to_string(i + 1) + "-" + std::to_string(line.number);
      if (text) {
        line.text = *std::move(*text);
      } else {
        line.problem = std::move(text).error();
      }
      bytes += line.text.size();
      numbers.push_back(line.number);
      batch.push_back(std::move(line));
    }
    const std::lock_guard lock(mutex_);
    if (!batch.empty()) pending_.push_back(std::move(numbers));
    return batch;
  }

  fhir::Result<void> take(InputState& state, ErrorFile& errors,
                          const std::vector<ImportedLine>& results) {
    std::vector<std::uint32_t> numbers;
    {
      const std::lock_guard lock(mutex_);
      numbers = std::move(pending_.front());
      pending_.pop_front();
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (results[i].fate == ImportedLine::Fate::refused) {
        FHIR_CHECK(refuse(state, errors, results[i], numbers[i]));
      } else {
        ++state.imported;
      }
      ++progress_.done;
    }
    state.lines = numbers.back();
    if (std::chrono::steady_clock::now() - saved_ < k_save_pause) return {};
    if (!errors.sync()) return not_kept();
    return save();
  }

  fhir::Result<void> refuse(InputState& state, ErrorFile& errors, const ImportedLine& line,
                            std::uint32_t number) {
    const std::string name = state.input.url.empty() ? "upload" : state.input.url;
    const std::string text =
        outcome_of_line(line, number == 0 ? name : name + ":" + std::to_string(number)) + '\n';
    if (!errors.add(text)) return not_kept();
    ++state.refused;
    state.error_bytes += text.size();
    std::uint64_t all = 0, bytes = 0;
    for (const InputState& one : state_.inputs) {
      all += one.refused;
      bytes += one.error_bytes;
    }
    if (all <= limits_.errors_max && bytes <= k_error_bytes_max) return {};
    return fhir::unexpected(fhir::make_issue(
        IssueType::too_costly, std::to_string(all) +
                                   " lines were refused, which is too many; what came "
                                   "before them is imported"));
  }

  fhir::Result<void> end(InputState& state, ErrorFile& errors, const std::filesystem::path& file) {
    state.is_done = true;
    if (!errors.sync()) return not_kept();
    FHIR_CHECK(save());
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    return {};
  }

  bulk::Manifest manifest() const {
    bulk::Manifest made;
    made.transaction_ms = jobs::now_utc_ms();
    made.request = request_.url;
    made.requires_access_token = request_.is_guarded;
    for (const InputState& one : state_.inputs)
      made.files.push_back(
          {bulk::FileKind::output, one.input.type, "", one.imported, one.input.url});
    for (std::size_t i = 0; i < state_.inputs.size(); ++i) {
      const InputState& one = state_.inputs[i];
      if (one.refused != 0)
        made.files.push_back({bulk::FileKind::error, "OperationOutcome", name_of("error", i),
                              one.refused, one.input.url});
    }
    return made;
  }

  const bulk::ImportRequest& request_;
  const std::filesystem::path folder_;
  const bulk::ImportSource& source_;
  const ImportLimits& limits_;
  jobs::Progress& progress_;
  const LineWriter writer_;
  bulk::ImportState state_;
  std::chrono::steady_clock::time_point saved_{};
  std::mutex mutex_;
  std::deque<std::vector<std::uint32_t>> pending_;  // line numbers of the batches under way
};

}  // namespace

fhir::Result<bulk::Manifest> run_import(const bulk::ImportRequest& request,
                                        const std::filesystem::path& folder, const Options& options,
                                        SnapshotSource& snapshots, const bulk::ImportSource& source,
                                        const ImportLimits& limits, jobs::Progress& progress) {
  return ImportRun(request, folder, options, snapshots, source, limits, progress).run();
}

}  // namespace server::rest
