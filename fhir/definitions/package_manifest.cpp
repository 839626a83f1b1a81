// https://hl7.org/fhir/packages.html
#include "fhir/definitions/package_manifest.h"

#include <algorithm>
#include <optional>

#include "fhir/formats/json_document.h"

namespace fhir::definitions {
namespace {

constexpr std::size_t k_name_max = 200;

bool is_word(std::string_view text, std::string_view more) {
  return !text.empty() && text.size() <= k_name_max && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  more.find(c) != std::string_view::npos;
         });
}

void add_versions(const json::Value* list, std::vector<std::string>& out) {
  if (list == nullptr) return;
  for (const json::Value& version : list->items()) out.emplace_back(version.text());
}

}  // namespace

bool is_package_name(std::string_view name) { return is_word(name, "._-"); }

bool is_package_version(std::string_view version) { return is_word(version, "._-+"); }

bool PackageManifest::is_for_r4() const {
  return fhir_versions.empty() ||
         std::any_of(fhir_versions.begin(), fhir_versions.end(), [](const std::string& named) {
           return named == "4.0" || named.starts_with("4.0.");
         });
}

Result<PackageManifest> read_manifest(const json::Value& package_json) {
  PackageManifest out;
  out.name = package_json.string_at("name");
  out.version = package_json.string_at("version");
  if (!is_package_name(out.name) || !is_package_version(out.version))
    return unexpected(make_issue(IssueType::invalid,
                                 "package.json has no name and version that could be a package's"));
  add_versions(package_json.find("fhirVersions"), out.fhir_versions);
  if (out.fhir_versions.empty())
    add_versions(package_json.find("fhir-version-list"), out.fhir_versions);
  if (const json::Value* dependencies = package_json.find("dependencies")) {
    for (const json::Member& member : dependencies->members())
      out.dependencies.emplace_back(member.name(), member.value.text());
  }
  return out;
}

Result<PackageManifest> manifest_of_archive(const std::string& path, const ArchiveLimits& limits) {
  std::optional<PackageManifest> manifest;
  FHIR_CHECK(read_package_archive(path, limits,
                                  [&](std::string_view name, std::string text) -> Result<void> {
                                    if (name != "package.json") return {};
                                    auto document = json::Document::read(std::move(text));
                                    if (!document) return unexpected(std::move(document).error());
                                    FHIR_TRY(read, read_manifest(document->root()));
                                    manifest = std::move(read);
                                    return {};
                                  }));
  if (!manifest)
    return unexpected(make_issue(IssueType::invalid, path + ": there is no package/package.json"));
  return *std::move(manifest);
}

}  // namespace fhir::definitions
