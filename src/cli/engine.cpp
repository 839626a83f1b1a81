#include "src/cli/engine.h"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <system_error>

#include "fhir/validation/validator.h"
#include "src/rest/capability_statement.h"
#include "src/rest/search_request.h"
#include "src/storage/sqlite/sqlite_store.h"
#include "terminology/terminology.h"

namespace server::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_core_package = "profiles/.packages/hl7.fhir.r4.examples";
constexpr std::string_view k_installed = "/usr/share/medisync/hl7.fhir.r4.examples";

/// Beside the working folder, beside the folders above the program, or installed.
std::string find_core() {
  std::error_code ignored;
  if (fs::exists(k_core_package, ignored)) return std::string(k_core_package);
  std::array<char, 4096> self{};
  const ssize_t length = readlink("/proc/self/exe", self.data(), self.size() - 1);
  if (length > 0) {
    fs::path folder = fs::path(self.data()).parent_path();
    for (int up = 0; up < 4; ++up, folder = folder.parent_path()) {
      if (fs::exists(folder / k_core_package, ignored)) return (folder / k_core_package).string();
    }
  }
  return fs::exists(k_installed, ignored) ? std::string(k_installed) : std::string();
}

/// The table of units, where it was set up beside the core; quantities of different units do not
/// compare without it.
std::string units_beside(const std::string& core) {
  const fs::path units = fs::path(core).parent_path() / "@lhncbc/ucum-lhc";
  std::error_code ignored;
  return fs::exists(units / "data/ucumDefs.min.json", ignored) ? units.string() : std::string();
}

/// The server works without it, only slower to start.
std::string cache_folder_for(const std::string& core) {
  const fs::path beside = fs::path(core).parent_path() / ".cache";
  return access(fs::path(core).parent_path().c_str(), W_OK) == 0 ? beside.string() : std::string();
}

}  // namespace

fhir::Result<std::shared_ptr<const fhir::DefinitionStore>> load_definitions(
    const DefinitionSettings& settings) {
  const std::string core = settings.definitions.empty() ? find_core() : settings.definitions;
  if (core.empty() || !fs::exists(fs::path(core) / "Bundle-types.json"))
    return fhir::unexpected(fhir::make_issue(
        fhir::IssueType::not_found,
        "The R4 definitions are missing" + (core.empty() ? std::string() : " at " + core) +
            ". Run scripts/setup to fetch them, or name their folder with --definitions"));
  fhir::LoadOptions options;
  options.sources.push_back(core);
  if (std::string units = units_beside(core); !units.empty())
    options.sources.push_back(std::move(units));
  for (const std::string& package : settings.packages) options.sources.push_back(package);
  options.cache_folder = cache_folder_for(core);
  return fhir::DefinitionStore::load(options);
}

fhir::Result<Engine> make_engine(const ServeSettings& settings, WaitHooks hooks) {
  Engine engine;
  engine.options.base_url = settings.base_url;
  engine.options.page_default = settings.page_size;
  engine.options.page_max = settings.page_size_max;
  engine.options.validate_writes = settings.validate;

  auto snapshot = std::make_shared<rest::Snapshot>();
  FHIR_TRY(definitions, load_definitions(settings.definitions));
  snapshot->services.definitions = definitions;
  snapshot->services.terminology = terminology::Terminology::make(definitions);
  FHIR_TRY(validator,
           fhir::validation::Validator::make(definitions, snapshot->services.terminology.get()));
  snapshot->services.validator = std::move(validator);
  FHIR_TRY(extractor, search::Extractor::make(definitions, settings.base_url));
  snapshot->extractor = std::move(extractor);
  snapshot->capability_statement =
      rest::capability_statement(engine.options, *definitions, rest::now_utc_ms());

  storage::SqliteOptions store_options;
  store_options.directory = settings.data;
  store_options.before_wait = std::move(hooks.before);
  store_options.after_wait = std::move(hooks.after);
  store_options.durability = settings.durability == "off"      ? storage::Durability::off
                             : settings.durability == "normal" ? storage::Durability::normal
                                                               : storage::Durability::full;
  FHIR_TRY(store, storage::open_sqlite(store_options));
  engine.store = std::move(store);
  snapshot->services.store = engine.store.get();
  engine.snapshot = std::move(snapshot);
  return engine;
}

}  // namespace server::cli
