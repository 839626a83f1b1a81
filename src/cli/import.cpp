// medisync import: NDJSON into a data folder that no server has open, some hundred lines in a
// transaction, so that they share a commit. https://hl7.org/fhir/uv/bulkdata/STU2
#include <atomic>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <thread>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"
#include "src/cli/commands.h"
#include "src/cli/engine.h"
#include "src/cli/files.h"
#include "src/cli/resource_feed.h"
#include "src/operations/outcome.h"
#include "src/rest/rest_handler.h"

namespace server::cli {
namespace {

constexpr int k_misuse = 2;
constexpr std::size_t k_batch_resources = 500;
constexpr std::size_t k_batch_bytes = 4u << 20;

/// Lines that are written together.
struct Batch {
  std::vector<FedResource> resources;
  std::size_t bytes = 0;
};

/// Takes whole batches off the feed; threads take turns, so that a file's neighbours stay together.
class Batches {
 public:
  explicit Batches(ResourceFeed& feed) : feed_(feed) {}

  Batch next() {
    const std::lock_guard lock(mutex_);
    Batch batch;
    while (batch.resources.size() < k_batch_resources && batch.bytes < k_batch_bytes) {
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
      batch.bytes += fed->text ? fed->text->size() : 0;
      batch.resources.push_back(*std::move(fed));
    }
    return batch;
  }

 private:
  std::mutex mutex_;
  ResourceFeed& feed_;
};

/// What was refused: an OperationOutcome on each line, the last issue of which names the place.
class Refusals {
 public:
  explicit Refusals(std::FILE* out) : out_(out) {}

  void add(const FedResource& fed, std::string_view outcome) {
    const std::string place = fed.file + (fed.line == 0 ? "" : ":" + std::to_string(fed.line));
    std::string text;
    fhir::json::Builder out(text);
    out.begin_object().string("resourceType", "OperationOutcome").key("issue").begin_array();
    const auto told = fhir::json::Document::read(std::string(outcome));
    if (told) {
      for (const auto& issue : fhir::json::items_at(told->root(), "issue")) out.value(issue);
    }
    out.begin_object().string("severity", "information").string("code", "informational");
    out.string("diagnostics", place).end_object().end_array().end_object();
    text += '\n';
    const std::lock_guard lock(mutex_);
    ++count_;
    std::fwrite(text.data(), 1, text.size(), out_);
  }
  std::size_t count() const { return count_; }

 private:
  std::FILE* out_;
  std::mutex mutex_;
  std::size_t count_ = 0;
};

class Import {
 public:
  Import(rest::RestHandler& handler, Batches& batches, Refusals& refusals)
      : handler_(handler), batches_(batches), refusals_(refusals) {}

  void work() {
    for (Batch batch = batches_.next(); !batch.resources.empty(); batch = batches_.next())
      write(batch);
  }
  std::size_t written() const { return written_; }

 private:
  http::Response send(std::string bundle) {
    http::Request request;
    request.method = http::Method::post;
    request.target = "/fhir";
    request.headers.add("Content-Type", "application/fhir+json");
    request.headers.add("Prefer", "return=minimal");
    request.body = std::move(bundle);
    request.deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
    return handler_.handle(request);
  }

  void refuse(const FedResource& fed, const fhir::Issue& issue) {
    refusals_.add(fed, operations::outcome_json(std::span(&issue, 1)));
  }

  /// One entry: written under its id, or created when it has none. False: it is refused already.
  bool append_entry(std::string& out, const FedResource& fed) {
    if (fed.problem) return refuse(fed, *fed.problem), false;
    const auto document = fhir::json::Document::read(*fed.text);
    if (!document) return refuse(fed, document.error()), false;
    const std::string_view type = document->root().string_at("resourceType");
    const std::string_view id = document->root().string_at("id");
    if (type.empty()) {
      refuse(fed, fhir::make_issue(fhir::IssueType::structure, "The line is no resource"));
      return false;
    }
    fhir::json::Builder entry(out);
    if (out.back() != '[') out += ',';
    entry.begin_object().raw("resource", *fed.text).key("request").begin_object();
    entry.string("method", id.empty() ? "POST" : "PUT");
    entry.string("url", std::string(type) + (id.empty() ? "" : "/") + std::string(id));
    entry.end_object().end_object();
    return true;
  }

  /// All at once; and when one of them is refused, each for itself.
  void write(const Batch& batch) {
    std::string entries = "[";
    std::vector<const FedResource*> sent;
    for (const FedResource& fed : batch.resources) {
      if (append_entry(entries, fed)) sent.push_back(&fed);
    }
    entries += "]}";
    if (sent.empty()) return;
    const std::string head = R"({"resourceType":"Bundle","type":")";
    if (send(head + R"(transaction","entry":)" + entries).status == 200) {
      written_ += sent.size();
      return;
    }
    const http::Response response = send(head + R"(batch","entry":)" + entries);
    const auto answer = fhir::json::Document::read(response.body);
    const auto answers = answer && response.status == 200
                             ? fhir::json::items_at(answer->root(), "entry")
                             : std::span<const fhir::json::Value>();
    for (std::size_t i = 0; i < sent.size(); ++i) {
      const fhir::json::Value* one = i < answers.size() ? answers[i].find("response") : nullptr;
      if (one != nullptr && one->string_at("status") < "4") {
        ++written_;
        continue;
      }
      const fhir::json::Value* outcome = one != nullptr ? one->find("outcome") : nullptr;
      refusals_.add(*sent[i], outcome != nullptr ? fhir::json::to_string(*outcome) : response.body);
    }
  }

  rest::RestHandler& handler_;
  Batches& batches_;
  Refusals& refusals_;
  std::atomic<std::size_t> written_ = 0;
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
  http::Metrics metrics;
  rest::RestHandler handler(engine->options, *engine->definitions, metrics);
  ResourceFeed feed(std::move(files), std::cin);
  Batches batches(feed);
  Refusals refusals(stdout);
  Import import(handler, batches, refusals);
  std::vector<std::thread> threads;
  // One more than processors: while one waits for the disk, the others validate.
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i)
    threads.emplace_back([&] { import.work(); });
  import.work();
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::fprintf(stderr, "%zu resources written, %zu refused, %.0f a second\n", import.written(),
               refusals.count(), static_cast<double>(import.written()) / took.count());
  return refusals.count() == 0 ? 0 : 1;
}

}  // namespace server::cli
