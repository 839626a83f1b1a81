#include "src/rest/bulk/import_run.h"

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "src/bulk/appended_file.h"
#include "src/bulk/import_jobs.h"
#include "src/bulk/import_state.h"
#include "src/bulk/line_file.h"
#include "src/jobs/job_id.h"
#include "src/jobs/message_file.h"
#include "src/rest/bulk/import_origin.h"
#include "src/rest/bulk/import_pipeline.h"

namespace server::rest {
namespace {

using bulk::InputState;
using bulk::LackingState;
using fhir::IssueType;
using Fate = ImportedLine::Fate;
using Stage = bulk::LackingState::Stage;

constexpr std::uint64_t k_manifest_bytes_max = 16u << 20;
constexpr std::uint64_t k_error_bytes_max = std::uint64_t{1} << 30;  // of what tells refusals
constexpr std::uint64_t k_lacking_bytes_max = std::uint64_t{1} << 40;
constexpr std::uint32_t k_rounds_max = 50;
constexpr int k_background_nice = 10;
constexpr std::chrono::seconds k_save_pause{2};
constexpr std::string_view k_state = "state", k_manifest = "manifest";

fhir::Unexpected<fhir::Issue> not_kept() {
  return fhir::unexpected(
      fhir::make_issue(IssueType::no_store, "The files of the import cannot be written"));
}

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
    for (const InputState& one : state_.inputs) {
      progress_.done += static_cast<std::uint32_t>(one.imported + one.refused);
      refused_ += one.refused;
      error_bytes_ += one.error_bytes;
    }
    for (std::size_t i = 0; i < state_.inputs.size(); ++i) {
      if (!state_.inputs[i].is_done) FHIR_CHECK(import(i));
    }
    FHIR_CHECK(import_lacking());
    return manifest();
  }

 private:
  /// How many lines are judged and written at once.
  struct BatchSize {
    std::size_t lines = 500, bytes = 4u << 20;
  };
  /// Lines under way.
  struct Batch {
    std::vector<ImportOrigin> origins;
    std::uint32_t last_line = 0;  // of the file that is read
  };

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
    std::error_code ignored;
    if (!is_upload && !std::filesystem::exists(file, ignored)) {
      auto fetched =
          source_.fetch(state.input, file, limits_.file_bytes_max, progress_.is_cancelled);
      if (!fetched) {
        if (progress_.is_cancelled || fetched.error().type == IssueType::no_store) return fetched;
        ImportedLine whole;
        whole.refusal = failure(std::move(fetched).error());
        FHIR_CHECK(refuse({static_cast<std::uint32_t>(i), 0}, whole));
        return end(state, file);
      }
    }
    const auto origin_of = [&](std::string&, std::uint32_t number) {
      return ImportOrigin{static_cast<std::uint32_t>(i), number};
    };
    FHIR_CHECK(import_file(file, limits_.file_bytes_max * 16, {}, origin_of, state.lines));
    return end(state, file);
  }

  fhir::Result<void> end(InputState& state, const std::filesystem::path& file) {
    state.is_done = true;
    FHIR_CHECK(sync());
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    return {};
  }

  /// Rounds over the lines that lack what they refer to, as long as one brings another on.
  fhir::Result<void> import_lacking() {
    LackingState& lacking = state_.lacking;
    bool is_within = lacking.round != 0;  // a round that a run before has begun
    while (is_within || lacking.left != 0) {
      if (!is_within) FHIR_CHECK(begin_round());
      is_within = false;
      const BatchSize at_large{2'000, 16u << 20};
      const auto origin_of = [this](std::string& line, std::uint32_t) {
        const ImportOrigin origin = take_origin(line).value_or(ImportOrigin{});
        return origin.input < state_.inputs.size() ? origin : ImportOrigin{};
      };
      FHIR_CHECK(import_file(lacking_file(lacking.round), k_lacking_bytes_max,
                             lacking.stage == Stage::in_part ? BatchSize{} : at_large, origin_of,
                             lacking.lines));
      FHIR_CHECK(sync());
    }
    std::error_code ignored;
    std::filesystem::remove(lacking_file(lacking.round), ignored);
    std::filesystem::remove(lacking_file(lacking.round + 1), ignored);
    return {};
  }

  /// The first round takes some hundred lines at once, and so does each that follows one which has
  /// brought something on.
  fhir::Result<void> begin_round() {
    LackingState next;
    const LackingState& before = state_.lacking;
    next.round = before.round + 1;
    const bool is_stuck = before.round != 0 && before.imported == 0;
    if (is_stuck) next.stage = before.stage == Stage::in_part ? Stage::at_large : Stage::last;
    if (next.round >= k_rounds_max) next.stage = Stage::last;
    put_by_.reset();
    state_.lacking = next;
    FHIR_CHECK(save());
    std::error_code ignored;
    std::filesystem::remove(lacking_file(next.round - 1), ignored);
    return {};
  }

  std::filesystem::path lacking_file(std::uint32_t round) const {
    return folder_ / ("lacking." + std::to_string(round));
  }

  /// origin_of   gets a line and its number, and may take something off the line
  /// done        lines of the file that are done: more with each batch
  template <class OriginOf>
  fhir::Result<void> import_file(const std::filesystem::path& file, std::uint64_t bytes_max,
                                 const BatchSize& size, const OriginOf& origin_of,
                                 std::uint32_t& done) {
    constexpr std::size_t k_origin_bytes_max = 32;
    bulk::LineFile lines(file, {limits_.line_bytes_max + k_origin_bytes_max, bytes_max});
    pending_.clear();
    PipelineOptions pipeline;
    pipeline.threads = limits_.threads;
    pipeline.nice = k_background_nice;
    const std::uint32_t done_before = done;
    return import_batches(
        writer_, pipeline, [&] { return next(lines, size, origin_of, done_before); },
        [&](std::vector<ImportedLine>& results) { return take(results, done); },
        progress_.is_cancelled);
  }

  template <class OriginOf>
  std::vector<ImportLine> next(bulk::LineFile& file, const BatchSize& size,
                               const OriginOf& origin_of, std::uint32_t done_before) {
    std::vector<ImportLine> lines;
    Batch batch;
    std::size_t bytes = 0;
    while (lines.size() < size.lines && bytes < size.bytes && !file.is_over()) {
      auto text = file.next();
      if (text && !*text) break;
      if (file.number() <= done_before && text) continue;
      std::string read = text ? *std::move(*text) : std::string();
      const ImportOrigin origin = origin_of(read, file.number());
      ImportLine line;
      line.number = origin.number;
      line.type = state_.inputs[origin.input].input.type;
      line.spare_id = state_.seed + "-" + std::to_string(origin.input + 1) + "-" +
                      std::to_string(origin.number);
      if (!text) line.problem = std::move(text).error();
      line.text = std::move(read);
      bytes += line.text.size();
      batch.origins.push_back(origin);
      batch.last_line = file.number();
      lines.push_back(std::move(line));
    }
    const std::lock_guard lock(mutex_);
    if (!lines.empty()) pending_.push_back(std::move(batch));
    return lines;
  }

  fhir::Result<void> take(std::vector<ImportedLine>& results, std::uint32_t& done) {
    Batch batch;
    {
      const std::lock_guard lock(mutex_);
      batch = std::move(pending_.front());
      pending_.pop_front();
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
      const ImportOrigin origin = batch.origins[i];
      if (results[i].fate == Fate::lacking && state_.lacking.stage != Stage::last) {
        FHIR_CHECK(put_by(origin, results[i].text));
        continue;
      }
      if (results[i].fate == Fate::refused || results[i].fate == Fate::lacking) {
        FHIR_CHECK(refuse(origin, results[i]));
      } else {
        InputState& input = state_.inputs[origin.input];
        ++input.imported;
        ++input.types[results[i].type];
        ++state_.lacking.imported;
      }
      ++progress_.done;
    }
    done = batch.last_line;
    if (std::chrono::steady_clock::now() - saved_ < k_save_pause) return {};
    return sync();
  }

  fhir::Result<void> put_by(ImportOrigin origin, std::string_view text) {
    LackingState& lacking = state_.lacking;
    if (put_by_ == nullptr)
      put_by_ =
          std::make_unique<bulk::AppendedFile>(lacking_file(lacking.round + 1), lacking.bytes);
    const std::string line = with_origin(origin, text);
    if (!put_by_->add(line)) return not_kept();
    ++lacking.left;
    lacking.bytes += line.size();
    return {};
  }

  fhir::Result<void> refuse(ImportOrigin origin, const ImportedLine& line) {
    InputState& state = state_.inputs[origin.input];
    const std::string name = state.input.url.empty() ? "upload" : state.input.url;
    const std::string place = origin.number == 0 ? "" : ":" + std::to_string(origin.number);
    const std::string text = outcome_of_line(line, name + place) + '\n';
    FHIR_TRY(errors, errors_of(origin.input));
    if (!errors->add(text)) return not_kept();
    ++state.refused;
    ++refused_;
    state.error_bytes += text.size();
    error_bytes_ += text.size();
    if (refused_ <= limits_.errors_max && error_bytes_ <= k_error_bytes_max) return {};
    return fhir::unexpected(fhir::make_issue(
        IssueType::too_costly, std::to_string(refused_) +
                                   " lines were refused, which is too many; what came "
                                   "before them is imported"));
  }

  /// Of few inputs at once: an import may have thousands.
  fhir::Result<bulk::AppendedFile*> errors_of(std::uint32_t input) {
    constexpr std::size_t k_open_max = 16;
    if (errors_.size() >= k_open_max && !errors_.contains(input)) {
      FHIR_CHECK(sync_errors());
      errors_.clear();
    }
    auto& file = errors_[input];
    if (file == nullptr)
      file = std::make_unique<bulk::AppendedFile>(folder_ / name_of("error", input),
                                                  state_.inputs[input].error_bytes);
    return file.get();
  }

  fhir::Result<void> sync_errors() {
    for (const auto& [input, file] : errors_) {
      if (!file->sync()) return not_kept();
    }
    return {};
  }

  /// First the files that the state tells of.
  fhir::Result<void> sync() {
    FHIR_CHECK(sync_errors());
    if (put_by_ != nullptr && !put_by_->sync()) return not_kept();
    return save();
  }

  bulk::Manifest manifest() const {
    bulk::Manifest made;
    made.transaction_ms = jobs::now_utc_ms();
    made.request = request_.url;
    made.requires_access_token = request_.is_guarded;
    for (const InputState& one : state_.inputs) {
      // Of an input that may hold any type each has an entry.
      if (!one.input.type.empty() || (one.types.empty() && !one.input.url.empty()))
        made.files.push_back(
            {bulk::FileKind::output, one.input.type, "", one.imported, one.input.url});
      if (!one.input.type.empty()) continue;
      for (const auto& [type, count] : one.types)
        made.files.push_back({bulk::FileKind::output, type, "", count, one.input.url});
    }
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
  std::uint64_t refused_ = 0, error_bytes_ = 0;                          // of all inputs
  std::map<std::uint32_t, std::unique_ptr<bulk::AppendedFile>> errors_;  // of inputs, that are open
  std::unique_ptr<bulk::AppendedFile> put_by_;  // for the next round; null: nothing is
  std::mutex mutex_;
  std::deque<Batch> pending_;  // guarded by mutex_
};

}  // namespace

fhir::Result<bulk::Manifest> run_import(const bulk::ImportRequest& request,
                                        const std::filesystem::path& folder, const Options& options,
                                        SnapshotSource& snapshots, const bulk::ImportSource& source,
                                        const ImportLimits& limits, jobs::Progress& progress) {
  return ImportRun(request, folder, options, snapshots, source, limits, progress).run();
}

}  // namespace server::rest
