#include "src/cli/importing.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <thread>

#include "src/cli/outbound/import_source.h"
#include "src/rest/bulk/import_run.h"

namespace server::cli {

void add_import_options(CLI::App& app, ServeSettings& settings) {
  app.add_flag("--import,!--no-import", settings.imports, "Offer $import of NDJSON (on)");
  app.add_option("--import-from", settings.import_from,
                 "Host that $import may fetch files from: host, host:port, *.example.org, or * for "
                 "any; several may be given. Without one only what is sent is imported");
  app.add_flag("--import-private", settings.import_private,
               "Let --import-from hosts have private and loopback addresses, and be asked by http");
  app.add_option("--import-token", settings.import_tokens,
                 "HOST=FILE: what that host gets as a bearer token; several may be given")
      ->check([](const std::string& text) {
        return text.find('=') != std::string::npos ? std::string()
                                                   : std::string("must be HOST=FILE");
      });
  app.add_option("--import-errors-max", settings.import_errors_max,
                 "Refused lines at which an import ends")
      ->capture_default_str();
  app.add_option("--import-file-megabytes-max", settings.import_file_megabytes_max,
                 "Largest file of an import, as it is sent")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

std::unique_ptr<bulk::ImportSource> make_import_source(const ServeSettings& settings) {
  outbound::ImportSourceOptions options;
  options.hosts = settings.import_from;
  options.tokens = settings.import_tokens;
  options.allow_private = settings.import_private;
  return std::make_unique<outbound::UrlImportSource>(std::move(options));
}

std::unique_ptr<bulk::ImportJobs> start_imports(const ServeSettings& settings, Engine& engine,
                                                const bulk::ImportSource& source) {
  bulk::KeptOptions options;
  options.folder = std::filesystem::path(settings.data) / "imports";
  options.kept_for = std::chrono::seconds(settings.export_kept_seconds);
  options.bytes_max =
      std::max(options.bytes_max, std::uint64_t{4 * settings.import_megabytes_max} << 20);
  rest::ImportLimits limits;
  limits.errors_max = settings.import_errors_max;
  limits.file_bytes_max = std::uint64_t{settings.import_file_megabytes_max} << 20;
  limits.threads = std::max(1u, std::thread::hardware_concurrency()) + 1;
  return std::make_unique<bulk::ImportJobs>(
      options, source,
      [&engine, &source, limits](const bulk::ImportRequest& request,
                                 const std::filesystem::path& folder, jobs::Progress& progress) {
        return rest::run_import(request, folder, engine.options, *engine.definitions, source,
                                limits, progress);
      });
}

}  // namespace server::cli
