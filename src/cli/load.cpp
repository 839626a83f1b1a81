// medisync load: files through the same interactions as a client's, without a socket between.
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"
#include "src/cli/commands.h"
#include "src/cli/engine.h"
#include "src/cli/files.h"
#include "src/rest/rest_handler.h"

namespace server::cli {
namespace {

constexpr int k_misuse = 2;
constexpr int k_reasons_max = 3;  // errors told of one file

/// Counts and progress, shared by the threads.
class Progress {
 public:
  explicit Progress(std::size_t files) : files_(files), is_terminal_(isatty(STDERR_FILENO) != 0) {}

  void done(const std::string& file, bool ok, const std::string& why) {
    std::lock_guard lock(mutex_);
    ++done_;
    if (!ok) {
      ++refused_;
      std::fprintf(stderr, "%s%s: refused: %s\n", is_terminal_ ? "\r" : "", file.c_str(),
                   why.c_str());
    }
    if (is_terminal_ || done_ % 100 == 0 || done_ == files_)
      std::fprintf(
          stderr,
          is_terminal_ ? "\r%zu of %zu files, %zu refused" : "%zu of %zu files, %zu refused\n",
          done_, files_, refused_);
  }

  std::size_t refused() const { return refused_; }

 private:
  std::mutex mutex_;
  std::size_t files_;
  std::size_t done_ = 0;
  std::size_t refused_ = 0;
  bool is_terminal_;
};

/// The first errors of an OperationOutcome, in a line.
std::string reason_of(const http::Response& response) {
  auto outcome = fhir::json::Document::read(response.body);
  std::string reason = std::to_string(response.status);
  int shown = 0;
  if (!outcome) return reason;
  for (const auto& issue : fhir::json::items_at(outcome->root(), "issue")) {
    const std::string_view severity = issue.string_at("severity");
    if ((severity != "error" && severity != "fatal") || shown == k_reasons_max) continue;
    ++shown;
    reason.append("; ").append(issue.string_at("diagnostics"));
    if (const auto* place = issue.find("expression"); place != nullptr && !place->items().empty())
      reason.append(" [").append(place->items()[0].text()).append("]");
  }
  return reason;
}

http::Response send(rest::RestHandler& handler, http::Method method, std::string target,
                    std::string body) {
  http::Request request;
  request.method = method;
  request.target = std::move(target);
  request.headers.add("Content-Type", "application/fhir+json");
  request.headers.add("Prefer", "return=minimal");
  request.body = std::move(body);
  request.deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
  return handler.handle(request);
}

/// A batch answers 200 whatever its entries did.
bool has_failed_entry(const http::Response& response) {
  auto bundle = fhir::json::Document::read(response.body);
  if (!bundle) return false;
  for (const auto& entry : fhir::json::items_at(bundle->root(), "entry")) {
    const fhir::json::Value* answer = entry.find("response");
    if (answer != nullptr && answer->string_at("status") >= "4") return true;
  }
  return false;
}

/// Transactions and batches are posted to the base; any other resource is put under its id.
std::string load_one(rest::RestHandler& handler, std::string text) {
  auto document = fhir::json::Document::read(text);
  if (!document) return document.error().diagnostics;
  const std::string_view type = document->root().string_at("resourceType");
  const std::string_view bundle_type = type == "Bundle" ? document->root().string_at("type") : "";
  if (bundle_type == "transaction" || bundle_type == "batch") {
    const http::Response response = send(handler, http::Method::post, "/fhir", std::move(text));
    if (response.status != 200) return reason_of(response);
    return bundle_type == "batch" && has_failed_entry(response) ? "an entry of the batch failed"
                                                                : "";
  }
  const std::string_view id = document->root().string_at("id");
  std::string target = "/fhir/" + std::string(type);
  if (!id.empty()) target.append("/").append(id);
  const http::Response response =
      send(handler, id.empty() ? http::Method::post : http::Method::put, target, std::move(text));
  return response.status < 300 ? "" : reason_of(response);
}

std::string load_lines(rest::RestHandler& handler, const std::string& text) {
  std::string first_problem;
  std::size_t start = 0;
  while (start < text.size()) {
    std::size_t end = text.find('\n', start);
    if (end == std::string::npos) end = text.size();
    std::string line = text.substr(start, end - start);
    start = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    std::string problem = load_one(handler, std::move(line));
    if (first_problem.empty()) first_problem = std::move(problem);
  }
  return first_problem;
}

std::string load_file(rest::RestHandler& handler, const fhir::DefinitionStore& definitions,
                      const std::string& file) {
  auto text = read_file(file);
  if (!text) return text.error().diagnostics;
  if (file.ends_with(".ndjson")) return load_lines(handler, *text);
  if (file.ends_with(".xml")) {
    auto document = read_resource(file, definitions);
    if (!document) return document.error().diagnostics;
    return load_one(handler, fhir::json::to_string(document->root()));
  }
  return load_one(handler, *std::move(text));
}

}  // namespace

int load(const LoadSettings& settings) {
  ServeSettings serve = settings.serve;
  if (serve.base_url.empty()) serve.base_url = "http://127.0.0.1:8080/fhir";
  auto files = expand_paths(settings.paths);
  if (!files) {
    std::fprintf(stderr, "medisync: %s\n", files.error().diagnostics.c_str());
    return k_misuse;
  }
  auto engine = make_engine(serve, {}, rest::Freshness::now_and_then);
  if (!engine) {
    std::fprintf(stderr, "medisync: %s\n", engine.error().diagnostics.c_str());
    return k_misuse;
  }
  http::Metrics metrics;
  rest::RestHandler handler(engine->options, *engine->definitions, metrics);
  const std::shared_ptr<const rest::Snapshot> packages = engine->definitions->present();  // for XML
  Progress progress(files->size());
  std::atomic<std::size_t> next = 0;
  auto work = [&] {
    for (std::size_t at; (at = next.fetch_add(1)) < files->size();) {
      const std::string problem = load_file(handler, packages->definitions(), (*files)[at]);
      progress.done((*files)[at], problem.empty(), problem);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < std::max(1u, std::thread::hardware_concurrency()); ++i)
    threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  return progress.refused() == 0 ? 0 : 1;
}

}  // namespace server::cli
