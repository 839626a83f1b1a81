// https://hl7.org/fhir/packages.html
#include "src/packages/installer.h"

#include <algorithm>
#include <array>
#include <deque>
#include <filesystem>

#include "fhir/definitions/package_manifest.h"
#include "fhir/definitions/version_order.h"
#include "src/security/digest.h"

namespace server::packages {
namespace {

namespace fs = std::filesystem;
using fhir::IssueType;
using fhir::definitions::PackageManifest;

constexpr std::size_t k_packages_max = 500;  // of one installation

/// What the server brings with it: the definitions of R4 itself.
constexpr std::array<std::string_view, 4> k_core_packages = {
    "hl7.fhir.core", "hl7.fhir.r4.examples", "hl7.fhir.r4.expansions", "hl7.fhir.r4.elements"};

bool is_core(std::string_view name) {
  // The cores of other versions of FHIR would say nothing here.
  if (name.starts_with("hl7.fhir.r") && name.ends_with(".core")) return true;
  return std::find(k_core_packages.begin(), k_core_packages.end(), name) != k_core_packages.end();
}

bool is_file(std::string_view wanted) {
  return wanted.ends_with(".tgz") || wanted.ends_with(".tar.gz") ||
         wanted.find('/') != std::string_view::npos;
}

fhir::Unexpected<fhir::Issue> problem(IssueType type, std::string text) {
  return fhir::unexpected(fhir::make_issue(type, std::move(text)));
}

/// The folder into which files come before they count; goes away with its content.
class Staging {
 public:
  explicit Staging(std::string folder) : folder_(std::move(folder)) {}
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  ~Staging() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  std::string next_file() { return folder_ + "/" + std::to_string(++count_) + ".tgz"; }

 private:
  std::string folder_;
  int count_ = 0;
};

class Installation {
 public:
  Installation(const Registry* registry, const InstallOptions& options, std::string staging,
               std::vector<Package> present)
      : registry_(registry),
        options_(options),
        staging_(std::move(staging)),
        present_(std::move(present)) {}

  fhir::Result<void> take_file(const std::string& path) {
    const std::string file = staging_.next_file();
    std::error_code error;
    fs::copy_file(path, file, error);
    if (error) return problem(IssueType::not_found, "Cannot read " + path);
    auto manifest = fhir::definitions::manifest_of_archive(file);
    if (!manifest) {
      fhir::Issue issue = std::move(manifest).error();
      if (issue.diagnostics.starts_with(file)) issue.diagnostics.replace(0, file.size(), path);
      return fhir::unexpected(std::move(issue));
    }
    return stage(*manifest, file, fs::path(path).filename().string());
  }

  fhir::Result<void> take_wanted(std::string_view text) {
    FHIR_TRY(wanted, parse_wanted(text));
    return take(wanted.name, wanted.range, "");
  }

  /// Whatever the staged packages depend on, and what that depends on.
  fhir::Result<void> follow() {
    for (std::size_t at = 0; at < staged_.size(); ++at) {
      const Package package = staged_[at].package;
      for (const auto& [name, range] : package.dependencies) {
        if (!is_core(name)) FHIR_CHECK(take(name, range, package.label()));
      }
    }
    return {};
  }

  std::deque<Staged>& staged() { return staged_; }
  InstallReport& report() { return report_; }

 private:
  bool is_staged(std::string_view name, std::string_view range) const {
    return std::any_of(staged_.begin(), staged_.end(), [&](const Staged& one) {
      return one.package.name == name && fhir::matches_version(range, one.package.version);
    });
  }

  fhir::Result<void> take(const std::string& name, const std::string& range,
                          const std::string& needed_by) {
    const std::string label = range.empty() ? name : name + "@" + range;
    const std::string why = needed_by.empty() ? "" : ", which " + needed_by + " depends on";
    if (is_staged(name, range)) return {};
    if (const Package* package = Installed::find(present_, name, range)) {
      if (std::find(report_.present.begin(), report_.present.end(), package->label()) ==
          report_.present.end())
        report_.present.push_back(package->label());
      return {};
    }
    if (registry_ == nullptr)
      return problem(IssueType::required,
                     label + why +
                         " has to be fetched, and no registry is set: give its address "
                         "with --registry or MEDISYNC_REGISTRY, or give its .tgz" +
                         (needed_by.empty() ? "" : " too, or leave it out with --no-dependencies"));
    auto fetched = fetch(name, range);
    if (fetched) return {};
    fhir::Issue issue = std::move(fetched).error();
    issue.diagnostics = "Cannot install " + label + why + ": " + issue.diagnostics;
    return fhir::unexpected(std::move(issue));
  }

  fhir::Result<void> fetch(const std::string& name, const std::string& range) {
    FHIR_TRY(offer, registry_->find(name, range));
    if (options_.say) options_.say("Fetching " + offer.name + "@" + offer.version);
    const std::string file = staging_.next_file();
    FHIR_CHECK(registry_->fetch(offer, file));
    FHIR_TRY(manifest, fhir::definitions::manifest_of_archive(file));
    if (manifest.name != offer.name || manifest.version != offer.version)
      return problem(IssueType::security,
                     "the registry gave " + manifest.name + "@" + manifest.version + " for it");
    return stage(manifest, file, offer.url);
  }

  fhir::Result<void> stage(const PackageManifest& manifest, const std::string& file,
                           const std::string& source) {
    if (!manifest.is_for_r4())
      return problem(IssueType::not_supported,
                     manifest.name + "@" + manifest.version + " is for FHIR " +
                         manifest.fhir_versions.front() + ", this server speaks 4.0.1");
    if (staged_.size() == k_packages_max)
      return problem(IssueType::too_costly, "it depends on too many packages");
    FHIR_TRY(digests, security::digests_of_file(file));
    Package package{manifest.name, manifest.version, "sha512-" + digests.sha512_base64, source,
                    manifest.dependencies};
    report_.installed.push_back(package.label());
    staged_.push_back({std::move(package), file});
    return {};
  }

  const Registry* registry_;
  const InstallOptions& options_;
  Staging staging_;
  std::vector<Package> present_;
  std::deque<Staged> staged_;
  InstallReport report_;
};

}  // namespace

fhir::Result<InstallReport> install(const Installed& folder, const Registry* registry,
                                    const std::vector<std::string>& wanted,
                                    const InstallOptions& options) {
  FHIR_TRY(present, folder.list());
  FHIR_TRY(staging, folder.staging_folder());
  Installation work(registry, options, std::move(staging), std::move(present));
  // Files first: they may be what the others depend on.
  for (const std::string& one : wanted) {
    if (is_file(one)) FHIR_CHECK(work.take_file(one));
  }
  for (const std::string& one : wanted) {
    if (!is_file(one)) FHIR_CHECK(work.take_wanted(one));
  }
  if (options.dependencies == Dependencies::follow) FHIR_CHECK(work.follow());
  const std::vector<Staged> staged(work.staged().begin(), work.staged().end());
  if (!staged.empty()) FHIR_CHECK(folder.add(staged));
  return std::move(work.report());
}

}  // namespace server::packages
