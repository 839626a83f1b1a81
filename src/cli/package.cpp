// medisync package: installs, lists and removes FHIR packages.
#include <algorithm>
#include <cstdio>
#include <optional>

#include "fhir/formats/json_writer.h"
#include "src/cli/commands.h"
#include "src/cli/outbound/http_fetcher.h"
#include "src/packages/installer.h"

namespace server::cli {
namespace {

constexpr int k_failed = 1;

int fail(const fhir::Issue& issue) {
  std::fprintf(stderr, "medisync: %s\n", issue.diagnostics.c_str());
  return k_failed;
}

packages::Installed folder_of(const PackageSettings& settings) {
  return packages::Installed(settings.folder.empty() ? settings.data + "/packages"
                                                     : settings.folder);
}

}  // namespace

int package_install(const PackageSettings& settings) {
  outbound::FetchOptions fetch_options;
  fetch_options.allow_http = settings.allow_http;
  outbound::HttpFetcher fetcher(fetch_options);
  std::optional<packages::Registry> registry;
  if (!settings.registry.empty()) {
    if (auto allowed = fetcher.check(settings.registry); !allowed) return fail(allowed.error());
    std::string address = settings.registry;
    while (address.ends_with('/')) address.pop_back();
    registry.emplace(std::move(address), fetcher);
  }
  packages::InstallOptions options;
  options.dependencies =
      settings.with_dependencies ? packages::Dependencies::follow : packages::Dependencies::leave;
  options.say = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); };
  const auto report = packages::install(folder_of(settings), registry ? &*registry : nullptr,
                                        settings.names, options);
  if (!report) return fail(report.error());
  for (const std::string& label : report->present)
    std::printf("%s is installed already\n", label.c_str());
  for (const std::string& label : report->installed) std::printf("%s installed\n", label.c_str());
  return 0;
}

int package_list(const PackageSettings& settings) {
  const packages::Installed folder = folder_of(settings);
  const auto packages = folder.list();
  if (!packages) return fail(packages.error());
  int status = 0;
  for (const packages::Package& package : *packages) {
    const auto whole = folder.verify(package);
    if (!whole) status = k_failed;
    if (settings.output == "text") {
      std::printf("%s  %s%s\n", package.label().c_str(), package.source.c_str(),
                  whole ? "" : "  (damaged: install it again)");
      continue;
    }
    std::string line;
    fhir::json::Builder out(line);
    out.begin_object().string("name", package.name).string("version", package.version);
    out.string("source", package.source).string("integrity", package.integrity);
    out.string("file", folder.file_of(package)).boolean("damaged", !whole).end_object();
    std::printf("%s\n", line.c_str());
  }
  return status;
}

int package_remove(const PackageSettings& settings) {
  const packages::Installed folder = folder_of(settings);
  for (const std::string& text : settings.names) {
    const auto wanted = packages::parse_wanted(text);
    if (!wanted) return fail(wanted.error());
    const auto all = folder.list();
    if (!all) return fail(all.error());
    const auto matching = std::count_if(all->begin(), all->end(), [&](const auto& package) {
      return package.name == wanted->name &&
             packages::Installed::find(std::span(&package, 1), wanted->name, wanted->range);
    });
    const packages::Package* package = packages::Installed::find(*all, wanted->name, wanted->range);
    if (package == nullptr)
      return fail(fhir::make_issue(fhir::IssueType::not_found, text + " is not installed"));
    if (matching > 1)
      return fail(fhir::make_issue(
          fhir::IssueType::multiple_matches,
          "Several versions of " + wanted->name + " are installed; say which: NAME@VERSION"));
    const std::string label = package->label();
    if (auto removed = folder.remove(*package, settings.forced); !removed)
      return fail(removed.error());
    std::printf("%s removed\n", label.c_str());
  }
  return 0;
}

}  // namespace server::cli
