#include "src/rest/bulk/import_pipeline.h"

#include <sys/resource.h>
#include <unistd.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

namespace server::rest {
namespace {

class Pipeline {
 public:
  Pipeline(const LineWriter& writer, const std::function<std::vector<ImportLine>()>& next,
           const std::function<fhir::Result<void>(std::vector<ImportedLine>&)>& done,
           const std::atomic<bool>& is_cancelled)
      : writer_(writer), next_(next), done_(done), is_cancelled_(is_cancelled) {}

  void work() try {
    while (!is_over_) {
      std::uint64_t number = 0;
      std::vector<ImportLine> lines = take(number);
      if (lines.empty()) return;
      auto prepared = writer_.prepare(std::move(lines));
      if (!await_turn(number)) return;
      auto written = write(std::move(prepared));
      if (!written) return fail(std::move(written).error());
      end_turn();
    }
  } catch (const std::exception&) {
    fail(fhir::make_issue(fhir::IssueType::exception, "The server failed while it imported"));
  }

  fhir::Result<void> result() {
    if (failure_) return fhir::unexpected(std::move(*failure_));
    if (is_cancelled_)
      return fhir::unexpected(
          fhir::make_issue(fhir::IssueType::incomplete, "The import was cancelled"));
    return {};
  }

 private:
  std::vector<ImportLine> take(std::uint64_t& number) {
    const std::lock_guard lock(source_);
    if (is_cancelled_ || is_over_) return {};
    number = taken_;
    std::vector<ImportLine> lines = next_();
    if (!lines.empty()) ++taken_;
    return lines;
  }

  bool await_turn(std::uint64_t number) {
    std::unique_lock lock(mutex_);
    turned_.wait(lock, [&] { return is_over_ || turn_ == number; });
    return !is_over_;
  }

  fhir::Result<void> write(LineWriter::Prepared prepared) {
    if (is_cancelled_)
      return fhir::unexpected(
          fhir::make_issue(fhir::IssueType::incomplete, "The import was cancelled"));
    FHIR_TRY(results, writer_.write(std::move(prepared), is_cancelled_));
    return done_(results);
  }

  void end_turn() {
    const std::lock_guard lock(mutex_);
    ++turn_;
    turned_.notify_all();
  }

  void fail(fhir::Issue issue) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(issue);
    is_over_ = true;
    turned_.notify_all();
  }

  const LineWriter& writer_;
  const std::function<std::vector<ImportLine>()>& next_;
  const std::function<fhir::Result<void>(std::vector<ImportedLine>&)>& done_;
  const std::atomic<bool>& is_cancelled_;
  std::mutex source_;
  std::uint64_t taken_ = 0;  // guarded by source_
  std::mutex mutex_;
  std::condition_variable turned_;
  std::uint64_t turn_ = 0;              // guarded by mutex_
  std::optional<fhir::Issue> failure_;  // guarded by mutex_
  std::atomic<bool> is_over_ = false;
};

}  // namespace

fhir::Result<void> import_batches(
    const LineWriter& writer, const PipelineOptions& options,
    const std::function<std::vector<ImportLine>()>& next,
    const std::function<fhir::Result<void>(std::vector<ImportedLine>&)>& done,
    const std::atomic<bool>& is_cancelled) {
  Pipeline pipeline(writer, next, done, is_cancelled);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < options.threads; ++i) {
    threads.emplace_back([&] {
      if (options.nice != 0)
        ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), options.nice);
      pipeline.work();
    });
  }
  for (std::thread& thread : threads) thread.join();
  return pipeline.result();
}

}  // namespace server::rest
