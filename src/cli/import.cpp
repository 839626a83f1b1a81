// medisync import: NDJSON into a data folder that no server has open, some hundred lines in a
// transaction, so that they share a commit. https://hl7.org/fhir/uv/bulkdata/STU2
#include <atomic>
#include <chrono>
#include <cstdio>
#include <deque>
#include <iostream>
#include <mutex>
#include <thread>

#include "src/cli/commands.h"
#include "src/cli/engine.h"
#include "src/cli/files.h"
#include "src/cli/resource_feed.h"
#include "src/rest/bulk/import_pipeline.h"

namespace server::cli {
namespace {

constexpr int k_misuse = 2, k_failed = 3;
constexpr std::size_t k_batch_resources = 500;
constexpr std::size_t k_batch_bytes = 4u << 20;

/// Takes whole batches off the feed, and tells what was refused: an OperationOutcome on each line,
/// the last issue of which names the place.
class Import {
 public:
  explicit Import(ResourceFeed& feed) : feed_(feed) {}

  std::vector<rest::ImportLine> next() {
    std::vector<rest::ImportLine> lines;
    std::vector<std::string> places;
    std::size_t bytes = 0;
    while (lines.size() < k_batch_resources && bytes < k_batch_bytes) {
      auto fed = feed_.next();
      if (!fed) break;
      if (!fed->text && !fed->problem) {  // a file as a whole
        auto text = read_file(fed->file);
        if (text) {
          fed->text = *std::move(text);
        } else {
          fed->problem = std::move(text).error();
        }
      }
      rest::ImportLine line;
      line.number = fed->line;
      line.problem = std::move(fed->problem);
      line.text = std::move(fed->text).value_or("");
      bytes += line.text.size();
      places.push_back(fed->file + (fed->line == 0 ? "" : ":" + std::to_string(fed->line)));
      lines.push_back(std::move(line));
    }
    const std::lock_guard lock(mutex_);
    if (!lines.empty()) places_.push_back(std::move(places));
    return lines;
  }

  void tell(const std::vector<rest::ImportedLine>& results) {
    std::vector<std::string> places;
    {
      const std::lock_guard lock(mutex_);
      places = std::move(places_.front());
      places_.pop_front();
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
      switch (results[i].fate) {
        case rest::ImportedLine::Fate::written:
          ++written;
          break;
        case rest::ImportedLine::Fate::unchanged:
          ++unchanged;
          break;
        case rest::ImportedLine::Fate::lacking:
        case rest::ImportedLine::Fate::refused:
          ++refused;
          const std::string outcome = rest::outcome_of_line(results[i], places[i]) + '\n';
          std::fwrite(outcome.data(), 1, outcome.size(), stdout);
      }
    }
  }

  std::size_t written = 0, unchanged = 0, refused = 0;

 private:
  ResourceFeed& feed_;
  std::mutex mutex_;
  std::deque<std::vector<std::string>> places_;  // of the batches under way, in order
};

int misused(const fhir::Issue& issue) {
  std::fprintf(stderr, "medisync: %s\n", issue.diagnostics.c_str());
  return k_misuse;
}

}  // namespace

int import_resources(const LoadSettings& settings) {
  ServeSettings serve = settings.serve;
  if (serve.base_url.empty()) serve.base_url = "http://127.0.0.1:8080/fhir";
  std::vector<std::string> files = settings.paths;
  if (files != std::vector<std::string>{"-"}) {
    auto expanded = expand_paths(settings.paths);
    if (!expanded) return misused(expanded.error());
    files = *std::move(expanded);
  }
  auto engine = make_engine(serve, {}, rest::Freshness::now_and_then);
  if (!engine) return misused(engine.error());
  const auto began = std::chrono::steady_clock::now();
  ResourceFeed feed(std::move(files), std::cin);
  Import import(feed);
  const rest::LineWriter writer(engine->options, *engine->definitions, nullptr);
  rest::PipelineOptions options;
  // One more than processors: while one waits for the disk, the others validate.
  options.threads = std::max(1u, std::thread::hardware_concurrency()) + 1;
  const std::atomic<bool> is_cancelled = false;
  const auto done = rest::import_batches(
      writer, options, [&] { return import.next(); },
      [&](const auto& results) {
        import.tell(results);
        return fhir::Result<void>();
      },
      is_cancelled);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::fprintf(stderr, "%zu resources written, %zu refused, %zu unchanged, %.0f a second\n",
               import.written, import.refused, import.unchanged,
               static_cast<double>(import.written + import.unchanged) / took.count());
  if (!done) {
    std::fprintf(stderr, "medisync: %s\n", done.error().diagnostics.c_str());
    return k_failed;
  }
  return import.refused == 0 ? 0 : 1;
}

}  // namespace server::cli
