#include "src/packages/installed.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "fhir/definitions/package_manifest.h"
#include "fhir/definitions/version_order.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"
#include "src/security/digest.h"

namespace server::packages {
namespace {

namespace fs = std::filesystem;
using fhir::IssueType;

constexpr std::string_view k_installed = "installed";
constexpr std::string_view k_list = "packages.json";
constexpr std::string_view k_sha512 = "sha512-";

fhir::Unexpected<fhir::Issue> problem(IssueType type, std::string text) {
  return fhir::unexpected(fhir::make_issue(type, std::move(text)));
}

/// Held by one process at a time; given back when it ends, however it ends.
class FolderLock {
 public:
  explicit FolderLock(const std::string& file)
      : file_(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    is_held_ = file_ >= 0 && flock(file_, LOCK_EX) == 0;
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock() {
    if (file_ >= 0) close(file_);
  }
  bool is_held() const { return is_held_; }

 private:
  int file_;
  bool is_held_ = false;
};

fhir::Result<Package> read_package(const fhir::json::Value& source) {
  Package package;
  package.name = source.string_at("name");
  package.version = source.string_at("version");
  package.integrity = source.string_at("integrity");
  package.source = source.string_at("source");
  if (!fhir::definitions::is_package_name(package.name) ||
      !fhir::definitions::is_package_version(package.version))
    return problem(IssueType::invalid, "a package without name and version");
  if (const auto* dependencies = source.find("dependencies")) {
    for (const fhir::json::Member& member : dependencies->members())
      package.dependencies.emplace_back(member.name(), member.value.text());
  }
  return package;
}

bool flush(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool is_flushed = fsync(file) == 0;
  close(file);
  return is_flushed;
}

bool by_label(const Package& a, const Package& b) {
  if (a.name != b.name) return a.name < b.name;
  return fhir::compare_versions(a.version, b.version) < 0;
}

}  // namespace

std::string Installed::path(std::string_view name) const {
  return (fs::path(folder_) / k_installed / name).string();
}

std::string Installed::file_of(const Package& package) const {
  return path(package.label() + ".tgz");
}

fhir::Result<std::vector<Package>> Installed::list() const {
  const std::string file = path(k_list);
  std::vector<Package> out;
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return out;
  std::ifstream in(file, std::ios::binary);
  auto document = fhir::json::Document::read(std::string(std::istreambuf_iterator<char>(in), {}));
  const fhir::json::Value* packages = document ? document->root().find("packages") : nullptr;
  if (packages == nullptr) return problem(IssueType::invalid, file + " is damaged");
  for (const fhir::json::Value& source : packages->items()) {
    auto package = read_package(source);
    if (!package) return problem(IssueType::invalid, file + ": " + package.error().diagnostics);
    out.push_back(*std::move(package));
  }
  std::sort(out.begin(), out.end(), by_label);
  return out;
}

const Package* Installed::find(std::span<const Package> packages, std::string_view name,
                               std::string_view range) {
  const Package* found = nullptr;
  for (const Package& package : packages) {
    if (package.name != name || !fhir::matches_version(range, package.version)) continue;
    if (found == nullptr || fhir::compare_versions(package.version, found->version) > 0)
      found = &package;
  }
  return found;
}

fhir::Result<void> Installed::verify(const Package& package) const {
  FHIR_TRY(digests, security::digests_of_file(file_of(package)));
  if (package.integrity == std::string(k_sha512) + digests.sha512_base64) return {};
  return problem(IssueType::invalid,
                 file_of(package) + " is not the file that was installed: install it again");
}

fhir::Result<std::string> Installed::staging_folder() const {
  std::error_code error;
  fs::create_directories(path(""), error);
  std::string name = path(".incoming-XXXXXX");
  if (error || mkdtemp(name.data()) == nullptr)
    return problem(IssueType::no_store, "Cannot write to the folder of packages " + folder_);
  return name;
}

fhir::Result<void> Installed::add(const std::vector<Staged>& staged) const {
  const FolderLock lock(path(".lock"));
  if (!lock.is_held())
    return problem(IssueType::no_store, "Cannot lock the folder of packages " + folder_);
  FHIR_TRY(packages, list());
  // A file that the list does not name is not installed: a fault between here and the list leaves
  // nothing that counts.
  for (const Staged& one : staged) {
    std::error_code error;
    if (flush(one.file)) fs::rename(one.file, file_of(one.package), error);
    if (error || !fs::exists(file_of(one.package), error))
      return problem(IssueType::no_store, "Cannot write " + file_of(one.package));
    std::erase_if(packages,
                  [&](const Package& package) { return package.label() == one.package.label(); });
    packages.push_back(one.package);
  }
  return write_list(packages);
}

fhir::Result<void> Installed::write_list(const std::vector<Package>& given) const {
  std::vector<Package> packages = given;
  std::sort(packages.begin(), packages.end(), by_label);
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().key("packages").begin_array();
  for (const Package& package : packages) {
    out.begin_object().string("name", package.name).string("version", package.version);
    out.string("integrity", package.integrity).string("source", package.source);
    out.key("dependencies").begin_object();
    for (const auto& [name, version] : package.dependencies) out.string(name, version);
    out.end_object().end_object();
  }
  out.end_array().end_object();
  const std::string temporary = path(".packages.json.new");
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << text << '\n';
  file.close();
  std::error_code error;
  if (file && flush(temporary)) fs::rename(temporary, path(k_list), error);
  if (!file || error) return problem(IssueType::no_store, "Cannot write " + path(k_list));
  flush(path(""));
  return {};
}

fhir::Result<void> Installed::remove(const Package& package, bool forced) const {
  std::error_code ignored;
  if (!fs::exists(path(k_list), ignored))
    return problem(IssueType::not_found, package.label() + " is not installed");
  const FolderLock lock(path(".lock"));
  FHIR_TRY(packages, list());
  const std::string label = package.label();
  if (std::erase_if(packages, [&](const Package& one) { return one.label() == label; }) == 0)
    return problem(IssueType::not_found, label + " is not installed");
  for (const Package& other : packages) {
    if (forced) break;
    for (const auto& [name, range] : other.dependencies) {
      if (name == package.name && fhir::matches_version(range, package.version) &&
          find(packages, name, range) == nullptr)
        return problem(IssueType::conflict, other.label() + " depends on " + label +
                                                "; --force removes it all the same");
    }
  }
  FHIR_CHECK(write_list(packages));
  fs::remove(file_of(package), ignored);
  return {};
}

fhir::Result<std::vector<std::string>> Installed::laid_by_hand() const {
  std::vector<std::string> out;
  std::error_code error;
  if (!fs::exists(folder_, error)) return out;
  for (const auto& file : fs::directory_iterator(folder_, error)) {
    const std::string name = file.path().filename().string();
    if (name == k_installed || name.front() == '.') continue;
    const bool is_one = file.is_directory(error) || name.ends_with(".tgz") ||
                        name.ends_with(".tar.gz") || name.ends_with(".json") ||
                        name.ends_with(".xml");
    if (is_one) out.push_back(file.path().string());
  }
  if (error) return problem(IssueType::not_found, "Cannot read the folder " + folder_);
  std::sort(out.begin(), out.end());
  return out;
}

fhir::Result<std::vector<std::string>> Installed::files_with_dependencies(
    std::span<const Package> all, std::span<const Package* const> wanted) const {
  std::vector<std::string> out;
  std::set<const Package*> seen;
  // Depth first, so that what others stand on comes before them; a circle ends at who is seen.
  struct Visit {
    const Package* package;
    std::size_t next = 0;
  };
  for (const Package* root : wanted) {
    std::vector<Visit> stack;
    if (seen.insert(root).second) stack.push_back({root});
    while (!stack.empty()) {
      Visit& top = stack.back();
      if (top.next < top.package->dependencies.size()) {
        const auto& [name, range] = top.package->dependencies[top.next++];
        const Package* dependency = find(all, name, range);
        if (dependency != nullptr && seen.insert(dependency).second) stack.push_back({dependency});
        continue;
      }
      FHIR_CHECK(verify(*top.package));
      out.push_back(file_of(*top.package));
      stack.pop_back();
    }
  }
  return out;
}

fhir::Result<Wanted> parse_wanted(std::string_view text) {
  const std::size_t at = text.find_first_of("@#");
  Wanted wanted;
  wanted.name = text.substr(0, at);
  if (at != std::string_view::npos) wanted.range = text.substr(at + 1);
  const bool is_one =
      fhir::definitions::is_package_name(wanted.name) &&
      (at == std::string_view::npos || fhir::definitions::is_package_version(wanted.range));
  if (is_one) return wanted;
  return problem(IssueType::invalid, std::string(text) + " is no package: NAME@VERSION or a .tgz");
}

}  // namespace server::packages
