// medisync terminology: loads, lists, shows and removes releases of code systems.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "fhir/formats/json_writer.h"
#include "src/cli/commands.h"
#include "terminology/load/archive.h"
#include "terminology/load/find_sources.h"
#include "terminology/load/load_source.h"
#include "terminology/load/rf2_loader.h"
#include "terminology/release/folder.h"
#include "terminology/releases.h"

namespace server::cli {
namespace {

namespace fs = std::filesystem;
using terminology::load::kind_of_source;
using terminology::load::LoadOptions;
using terminology::load::LoadReport;
using terminology::release::FolderFile;
using terminology::release::ReleaseCodeSystem;

constexpr int k_failed = 1;
constexpr std::string_view k_snomed = "snomed";

int fail(const std::string& text) {
  std::fprintf(stderr, "medisync: %s\n", text.c_str());
  return k_failed;
}

std::string name_of(const FolderFile& file) {
  std::string name = fs::path(file.path).filename().string();
  return name.substr(0, name.size() - terminology::release::k_suffix.size());
}

/// A line for each kind that can be loaded.
std::string kinds() {
  std::string text = ":\n  snomed: the folder of an RF2 release";
  for (const auto& kind : terminology::load::source_kinds())
    text.append("\n  ").append(kind.name).append(": ").append(kind.takes);
  return text;
}

std::string folder_of(const TerminologySettings& settings) {
  return terminology_folder(settings.data);
}

/// said   the kind; empty: it is found out
fhir::Result<LoadReport> load_path(const std::string& path, std::string_view said,
                                   const std::string& folder, const LoadOptions& options) {
  const std::string_view kind = said.empty() ? kind_of_source(path) : said;
  if (kind.empty())
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::not_supported,
                         path + " is no release that is known; say which with --kind" + kinds()));
  return kind == k_snomed ? terminology::load::load_rf2(path, folder, options)
                          : terminology::load::load_source(kind, path, folder, options);
}

using Reports = std::vector<LoadReport>;

/// The releases in a folder, or the one that a file is.
fhir::Result<Reports> load_all(const std::string& path, std::string_view said,
                               const std::string& folder, const LoadOptions& options) {
  std::error_code failure;
  std::vector<std::string> sources = {path};
  if (fs::is_directory(path, failure)) {
    sources = terminology::load::find_sources(path, said);
    if (sources.empty()) sources = {path};  // its loader tells what is missing
  }
  Reports reports;
  for (const std::string& source : sources) {
    FHIR_TRY(report, load_path(source, said, folder, options));
    reports.push_back(std::move(report));
  }
  return reports;
}

fhir::Result<Reports> load_archive(const std::string& path, std::string_view said,
                                   const std::string& folder, const LoadOptions& options) {
  FHIR_TRY(unpacked, terminology::load::Unpacked::make(path, folder, options.say));
  LoadOptions named = options;
  named.say = [&](const std::string& line) { options.say(unpacked.renamed(line)); };
  auto reports = load_all(unpacked.root(), said, folder, named);
  if (!reports) {
    fhir::Issue issue = std::move(reports).error();
    issue.diagnostics = unpacked.renamed(std::move(issue.diagnostics));
    return fhir::unexpected(std::move(issue));
  }
  for (LoadReport& report : *reports) {
    for (std::string& remark : report.remarks) remark = unpacked.renamed(std::move(remark));
  }
  return reports;
}

/// A release, with all of its checksums compared.
fhir::Result<std::shared_ptr<const ReleaseCodeSystem>> checked(const FolderFile& file) {
  FHIR_TRY(system, terminology::open_release(file.path));
  FHIR_CHECK(system->file().check_texts());
  return std::move(system);
}

/// The releases that are named; every one when none is.
fhir::Result<std::vector<FolderFile>> chosen(const TerminologySettings& settings) {
  std::vector<FolderFile> files = terminology::release::files_in(folder_of(settings));
  if (settings.names.empty()) return files;
  std::vector<FolderFile> found;
  for (const std::string& name : settings.names) {
    const auto file = std::find_if(files.begin(), files.end(),
                                   [&](const FolderFile& item) { return name_of(item) == name; });
    if (file == files.end())
      return fhir::unexpected(
          fhir::make_issue(fhir::IssueType::not_found,
                           "There is no release '" + name + "' in " + folder_of(settings)));
    found.push_back(*file);
  }
  return found;
}

void print_json(const FolderFile& file, const ReleaseCodeSystem* system) {
  std::string line;
  fhir::json::Builder out(line);
  out.begin_object().string("name", name_of(file)).string("file", file.path);
  out.boolean("damaged", system == nullptr);
  if (system != nullptr) {
    out.string("kind", system->release().kind).string("url", system->info().url);
    out.string("version", system->info().version).string("title", system->info().title);
    out.string("concepts", std::to_string(system->size()));
    out.string("bytes", std::to_string(system->file().size_bytes()));
    out.string("notice", system->release().notice).string("obtained", system->release().obtained);
  }
  out.end_object();
  std::printf("%s\n", line.c_str());
}

void print_info(const FolderFile& file, const ReleaseCodeSystem& system) {
  const auto line = [](const char* label, std::string_view text) {
    if (!text.empty())
      std::printf("  %-9s %.*s\n", label, static_cast<int>(text.size()), text.data());
  };
  std::printf("%s\n", name_of(file).c_str());
  line("title", system.info().title);
  line("url", system.info().url);
  line("version", system.info().version);
  line("concepts", std::to_string(system.size()));
  line("file", file.path + " (" + std::to_string(system.file().size_bytes() >> 20) + " MiB)");
  line("licence", system.release().notice);
  line("obtained", system.release().obtained);
}

}  // namespace

std::string terminology_folder(const std::string& data) { return data + "/terminology"; }

int terminology_load(const TerminologySettings& settings) {
  std::error_code failure;
  const std::string folder = folder_of(settings);
  fs::create_directories(folder, failure);
  if (failure) return fail(folder + " cannot be made: " + failure.message());
  terminology::load::LoadOptions options;
  options.version = settings.version;
  options.edition = settings.edition;
  options.say = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); };
  for (const std::string& path : settings.paths) {
    if (!fs::exists(path, failure)) return fail(path + " is not there");
    const auto reports = terminology::load::is_archive(path)
                             ? load_archive(path, settings.kind, folder, options)
                             : load_all(path, settings.kind, folder, options);
    if (!reports) return fail(reports.error().diagnostics);
    for (const LoadReport& report : *reports) {
      for (const std::string& remark : report.remarks)
        std::fprintf(stderr, "passed over: %s\n", remark.c_str());
      std::printf("%s: %llu concepts\n", report.file.c_str(),
                  static_cast<unsigned long long>(report.concepts));
    }
  }
  return 0;
}

int terminology_list(const TerminologySettings& settings) {
  int status = 0;
  for (const FolderFile& file : terminology::release::files_in(folder_of(settings))) {
    const auto system = checked(file);
    if (!system) status = k_failed;
    if (settings.output == "ndjson") {
      print_json(file, system ? system->get() : nullptr);
    } else if (system) {
      std::printf("%s  %.*s  %u concepts\n", name_of(file).c_str(),
                  static_cast<int>((*system)->info().version.size()),
                  (*system)->info().version.data(), (*system)->size());
    } else {
      std::printf("%s  (%s)\n", name_of(file).c_str(), system.error().diagnostics.c_str());
    }
  }
  return status;
}

int terminology_info(const TerminologySettings& settings) {
  const auto files = chosen(settings);
  if (!files) return fail(files.error().diagnostics);
  int status = 0;
  for (const FolderFile& file : *files) {
    const auto system = checked(file);
    if (!system) {
      status = fail(system.error().diagnostics);
    } else if (settings.output == "ndjson") {
      print_json(file, system->get());
    } else {
      print_info(file, **system);
    }
  }
  return status;
}

int terminology_remove(const TerminologySettings& settings) {
  const auto files = chosen(settings);
  if (!files) return fail(files.error().diagnostics);
  for (const FolderFile& file : *files) {
    std::error_code failure;
    if (!fs::remove(file.path, failure) || failure)
      return fail(file.path + " cannot be removed: " + failure.message());
    std::printf("%s removed\n", name_of(file).c_str());
  }
  return 0;
}

}  // namespace server::cli
