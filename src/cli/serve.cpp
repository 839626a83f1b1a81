// medisync serve
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>

#include "src/bulk/export_jobs.h"
#include "src/cli/audit_trail.h"
#include "src/cli/commands.h"
#include "src/cli/consents.h"
#include "src/cli/edge.h"
#include "src/cli/engine.h"
#include "src/cli/importing.h"
#include "src/cli/smart.h"
#include "src/http/rate_limited.h"
#include "src/http/server.h"
#include "src/http/worker_pool.h"
#include "src/jobs/request_jobs.h"
#include "src/rest/bulk/export_run.h"
#include "src/rest/rest_handler.h"
#include "src/rest/validator_service.h"

namespace server::cli {
namespace {

std::atomic<http::Server*> g_server = nullptr;  // for the signal handler alone

void on_stop_signal(int) {
  if (http::Server* running = g_server.load()) running->request_stop();
}

void stop_on_signals(http::Server& server) {
  g_server = &server;
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // a limit of file sizes is a full disk, and no end
}

/// A port that is free now, for a base url that must be known before the socket is opened.
http::ServerOptions http_options(const ServeSettings& settings) {
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  http::ServerOptions options;
  options.bind_address = settings.bind;
  options.port = settings.port;
  options.io_threads = settings.io_threads != 0 ? settings.io_threads : std::min(4u, cores);
  options.worker_threads =
      settings.worker_threads != 0 ? settings.worker_threads : std::max(32u, 8 * cores);
  options.workers_running_max = std::min(options.worker_threads, std::max(4u, 2 * cores));
  set_edge(options, settings);
  options.request_deadline = std::chrono::seconds(settings.deadline_seconds);
  options.idle_timeout = std::chrono::seconds(settings.idle_seconds);
  options.tls_certificate_file = settings.tls_certificate;
  options.tls_key_file = settings.tls_key;
  options.access_log = settings.access_log == "off" ? "" : settings.access_log;
  return options;
}

jobs::RequestJobOptions job_options(const ServeSettings& settings) {
  jobs::RequestJobOptions options;
  options.folder = std::filesystem::path(settings.data) / "jobs";
  options.run_max = std::chrono::seconds(settings.async_deadline_seconds);
  options.kept_for = std::chrono::seconds(settings.async_kept_seconds);
  return options;
}

bulk::ExportOptions export_options(const ServeSettings& settings) {
  bulk::ExportOptions options;
  options.folder = std::filesystem::path(settings.data) / "exports";
  options.kept_for = std::chrono::seconds(settings.export_kept_seconds);
  options.bytes_max = std::uint64_t{settings.export_megabytes_max} << 20;
  options.files.all_bytes = options.bytes_max;
  options.files.file_bytes = std::uint64_t{settings.export_file_megabytes} << 20;
  options.files.file_count = settings.export_file_resources;
  return options;
}

std::string origin_of(const ServeSettings& settings, unsigned port) {
  std::string host = settings.bind;
  if (host == "0.0.0.0" || host == "::") host = "localhost";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return (settings.tls_key.empty() ? "http://" : "https://") + host + ":" + std::to_string(port);
}

/// Stands in until the port is known: the base url of every answer holds it.
class LateHandler final : public http::Handler {
 public:
  http::Placement placement(const http::Request& request) const override {
    const http::Handler* handler = handler_.load(std::memory_order_acquire);
    return handler != nullptr ? handler->placement(request) : http::Placement::io_thread;
  }
  http::Response handle(http::Request& request) override {
    http::Handler* handler = handler_.load(std::memory_order_acquire);
    return handler != nullptr ? handler->handle(request) : failure(503, "The server is starting");
  }
  http::Response failure(unsigned status, std::string_view diagnostics) const override {
    const http::Handler* handler = handler_.load(std::memory_order_acquire);
    if (handler != nullptr) return handler->failure(status, diagnostics);
    http::Response response;
    response.status = status;
    response.body =
        R"({"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"transient"}]})";
    return response;
  }
  void set(http::Handler& handler) { handler_.store(&handler, std::memory_order_release); }

 private:
  std::atomic<http::Handler*> handler_ = nullptr;
};

int could_not_start(const fhir::Issue& issue) {
  const std::string detail = issue.log_detail.empty() ? "" : " (" + issue.log_detail + ")";
  std::fprintf(stderr, "medisync: %s%s\n", issue.diagnostics.c_str(), detail.c_str());
  return 1;
}

void warn_of_network(const ServeSettings& settings) {
  if (settings.bind == "127.0.0.1" || settings.bind == "::1" || settings.bind == "localhost")
    return;
  if (settings.auth == "none") {
    std::fprintf(
        stderr, "medisync: warning: --auth none on %s lets anybody on the network read and write\n",
        settings.bind.c_str());
  } else if (settings.tls_key.empty() && !settings.base_url.starts_with("https:")) {
    std::fprintf(stderr,
                 "medisync: warning: on %s passwords and tokens travel without TLS; see "
                 "--tls-certificate\n",
                 settings.bind.c_str());
  }
}

}  // namespace

int serve(const ServeSettings& given) {
  ServeSettings settings = given;
  http::Metrics metrics;
  LateHandler late;
  http::Server server(http_options(settings), late, metrics);
  if (auto problem = server.start()) {
    std::fprintf(stderr, "medisync: %s\n", problem->c_str());
    return 1;
  }
  const std::string origin = origin_of(settings, server.port());
  if (settings.base_url.empty()) settings.base_url = origin + "/fhir";
  std::unique_ptr<Consents> consents;  // outlives the engine, whose store tells it of writes
  // A worker whose write waits for the disk does nothing: another serves meanwhile, and the writes
  // of all share a commit.
  auto engine = make_engine(
      settings, {http::WorkerPool::this_thread_waits, http::WorkerPool::this_thread_goes_on});
  if (!engine) return could_not_start(engine.error());
  std::unique_ptr<Smart> smart;
  if (settings.auth != "none") {
    auto made = make_smart(settings, *engine);
    if (!made) return could_not_start(made.error());
    smart = *std::move(made);
    engine->options.authorizer = &smart->authorizer();
    auto started = Consents::start(settings, *engine);
    if (!started) return could_not_start(started.error());
    consents = *std::move(started);
  }
  rest::RestHandler handler(engine->options, *engine->definitions, metrics);
  jobs::RequestJobs later(job_options(settings), [&](http::Request& request, auto& progress) {
    return handler.handle_later(request, progress);
  });
  handler.answer_later_by(later);
  std::unique_ptr<bulk::ExportJobs> exports;
  if (settings.exports) {
    exports = std::make_unique<bulk::ExportJobs>(
        export_options(settings),
        [&](const bulk::ExportRequest& request, auto& files, auto& progress) {
          // What loaded releases stand for is licensed by its owners, and no data of this server.
          rest::Snapshot stored = *engine->definitions->latest();
          stored.services.store = engine->store.get();
          return rest::run_export(request, engine->options, stored, files, progress);
        });
    handler.export_by(*exports);
  }
  const auto import_source = make_import_source(settings);
  std::unique_ptr<bulk::ImportJobs> imports;
  if (settings.imports) {
    imports = start_imports(settings, *engine, *import_source);
    handler.import_by(*imports);
  }
  const std::unique_ptr<http::Handler> site =
      smart ? smart->site(handler, consents->bounds()) : nullptr;
  std::unique_ptr<audit::Recorder> recorder;
  if (settings.audit) {
    auto started = start_recorder(settings, *engine);
    if (!started) return could_not_start(started.error());
    recorder = *std::move(started);
    tell_figures(*recorder, metrics);
    if (smart) smart->record_emergencies(*recorder);
  }
  http::Handler& site_or_api = site ? *site : handler;
  rest::ValidatorService validator(*engine->definitions, site_or_api);
  http::Handler& all =
      settings.validator_service ? static_cast<http::Handler&>(validator) : site_or_api;
  std::unique_ptr<audit::Audited> audited;
  if (recorder)
    audited = std::make_unique<audit::Audited>(
        engine->options.base_path,
        [&](const http::Headers& headers) {
          return smart ? smart->speaker(headers) : audit::Speaker{};
        },
        *recorder, all);
  http::RateLimited limited(rate_rules(settings), settings.trusted_proxies,
                            audited ? static_cast<http::Handler&>(*audited) : all);
  late.set(limited);
  stop_on_signals(server);
  std::fprintf(stderr, "medisync %s listening on %s/fhir\n", MEDISYNC_VERSION, origin.c_str());
  warn_of_network(settings);
  server.wait();
  std::fprintf(stderr, "medisync: stopping\n");
  // What goes on with the next start takes no processor from the requests that are under way.
  later.begin_stop();
  if (exports) exports->begin_stop();
  if (imports) imports->begin_stop();
  server.stop(std::chrono::seconds(settings.grace_seconds));
  g_server = nullptr;
  return 0;
}

}  // namespace server::cli
