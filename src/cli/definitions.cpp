#include "src/cli/definitions.h"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <system_error>

#include "fhir/formats/json_writer.h"
#include "src/cli/commands.h"
#include "src/cli/files.h"
#include "src/packages/installed.h"
#include "terminology/releases.h"
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

/// Everything in the folder of packages.
fhir::Result<std::vector<std::string>> whole_folder(const packages::Installed& installed) {
  FHIR_TRY(all, installed.list());
  std::vector<const packages::Package*> wanted;
  for (const packages::Package& package : all) wanted.push_back(&package);
  FHIR_TRY(files, installed.files_with_dependencies(all, wanted));
  FHIR_TRY(laid, installed.laid_by_hand());
  files.insert(files.end(), laid.begin(), laid.end());
  return std::move(files);
}

/// A path as it is; a package's name as the files of it and of what it depends on.
fhir::Result<std::vector<std::string>> named_source(const packages::Installed& installed,
                                                    const std::string& folder,
                                                    const std::string& text) {
  std::error_code ignored;
  if (fs::exists(text, ignored)) return std::vector{text};
  const auto wanted = packages::parse_wanted(text);
  const bool looks_like_a_file = text.ends_with(".json") || text.ends_with(".xml") ||
                                 text.ends_with(".tgz") || text.find('/') != std::string::npos;
  if (!wanted || looks_like_a_file)
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::not_found, "There is no package or file at " + text));
  FHIR_TRY(all, installed.list());
  const auto* package = packages::Installed::find(all, wanted->name, wanted->range);
  if (package == nullptr)
    return fhir::unexpected(fhir::make_issue(
        fhir::IssueType::not_found, "The package " + text + " is not installed in " + folder +
                                        ": medisync package install " + text + " fetches it"));
  return installed.files_with_dependencies(all, std::span(&package, 1));
}

}  // namespace

fhir::Result<DefinitionSources> definition_sources(const DefinitionSettings& settings,
                                                   FolderUse use) {
  const std::string core = settings.definitions.empty() ? find_core() : settings.definitions;
  if (core.empty() || !fs::exists(fs::path(core) / "Bundle-types.json"))
    return fhir::unexpected(fhir::make_issue(
        fhir::IssueType::not_found,
        "The R4 definitions are missing" + (core.empty() ? std::string() : " at " + core) +
            ". Run scripts/setup to fetch them, or name their folder with --definitions"));
  const std::string folder =
      settings.package_folder.empty() ? "data/packages" : settings.package_folder;
  const packages::Installed installed(folder);
  DefinitionSources out;
  out.cache_folder = cache_folder_for(core);
  out.sources.push_back(core);
  if (std::string units = units_beside(core); !units.empty())
    out.sources.push_back(std::move(units));
  const auto add = [&](std::vector<std::string> files) {
    for (std::string& file : files)
      (file.ends_with(".xml") ? out.xml_files : out.sources).push_back(std::move(file));
  };
  if (use == FolderUse::all) {
    FHIR_TRY(files, whole_folder(installed));
    add(std::move(files));
  }
  for (const std::string& text : settings.packages) {
    FHIR_TRY(files, named_source(installed, folder, text));
    add(std::move(files));
  }
  return out;
}

fhir::Result<std::shared_ptr<const fhir::DefinitionStore>> load_definitions(
    const DefinitionSettings& settings, FolderUse use) {
  FHIR_TRY(sources, definition_sources(settings, use));
  fhir::LoadOptions options;
  options.sources = std::move(sources.sources);
  options.cache_folder = std::move(sources.cache_folder);
  FHIR_TRY(definitions, fhir::DefinitionStore::load(options));
  if (sources.xml_files.empty()) return std::move(definitions);
  // XML is read by the definitions, so it comes over them.
  std::vector<std::string> resources;
  for (const std::string& path : sources.xml_files) {
    auto document = read_resource(path, *definitions);
    if (!document) {
      fhir::Issue issue = std::move(document).error();
      issue.diagnostics = path + ": " + issue.diagnostics;
      return fhir::unexpected(std::move(issue));
    }
    resources.push_back(fhir::json::to_string(document->root()));
  }
  return definitions->with(resources);
}

fhir::Result<std::shared_ptr<const terminology::Terminology>> load_terminology(
    std::shared_ptr<const fhir::DefinitionStore> definitions, const std::string& data) {
  if (data.empty()) return terminology::Terminology::make(std::move(definitions));
  const std::string folder = terminology_folder(data);
  const auto problems = std::make_shared<std::vector<std::string>>();
  auto releases = terminology::Releases::open(
      folder, nullptr, [problems](const std::string& problem) { problems->push_back(problem); });
  for (const auto& entry : releases->entries()) (void)entry.release->system();  // once checked
  if (!problems->empty())
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::invalid, problems->front()));
  if (releases->entries().empty())
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::not_found, "There are no releases in " + folder +
                                                         ": medisync terminology load --data " +
                                                         data + " brings them there"));
  return terminology::Terminology::make(std::move(definitions), nullptr, std::move(releases));
}

}  // namespace server::cli
