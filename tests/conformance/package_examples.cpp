#include "package_examples.h"

#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace guides {
namespace {

namespace fs = std::filesystem;

const fs::path k_packages = MEDISYNC_SOURCE_DIR "/profiles/.packages";

std::vector<Example> read_folder(const fs::path& folder) {
  std::vector<Example> out;
  for (const auto& entry : fs::directory_iterator(folder / "example")) {
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    out.push_back({entry.path().filename().string(), std::move(text).str()});
  }
  return out;
}

std::vector<Example> read_archive(const fs::path& path) {
  std::vector<Example> out;
  const std::unique_ptr<archive, int (*)(archive*)> reader(archive_read_new(), archive_read_free);
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_format_tar(reader.get());
  REQUIRE(archive_read_open_filename(reader.get(), path.c_str(), 64 * 1024) == ARCHIVE_OK);
  for (archive_entry* entry = nullptr;
       archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK;) {
    const fs::path name = archive_entry_pathname(entry);
    if (name.parent_path() != "package/example") continue;
    std::string text(static_cast<std::size_t>(archive_entry_size(entry)), '\0');
    REQUIRE(archive_read_data(reader.get(), text.data(), text.size()) ==
            static_cast<la_ssize_t>(text.size()));
    out.push_back({name.filename().string(), std::move(text)});
  }
  return out;
}

}  // namespace

std::vector<Package> packages() {
  const char* named = std::getenv("MEDISYNC_SHARED");
  const fs::path shared = named != nullptr ? named : MEDISYNC_SOURCE_DIR "/../shared";
  const std::vector<std::string> terms = {"hl7.terminology.r4", "hl7.fhir.uv.extensions.r4"};
  return {{"us-core-3.1.1", shared / "packages/us_core_311.tgz", {}, 84},
          {"us-core-6.1.0", shared / "packages/us_core_610.tgz", terms, 183},
          {"ips-2.0.0", k_packages / "hl7.fhir.uv.ips", terms, 44}};
}

bool is_here(const Package& package) {
  return fs::exists(package.path) &&
         std::all_of(package.needs.begin(), package.needs.end(),
                     [](const std::string& needed) { return fs::exists(k_packages / needed); });
}

std::vector<Example> examples_of(const Package& package) {
  auto out =
      fs::is_directory(package.path) ? read_folder(package.path) : read_archive(package.path);
  std::erase_if(out, [](const Example& example) {
    return !example.name.ends_with(".json") || example.name.starts_with('.');
  });
  std::sort(out.begin(), out.end(),
            [](const Example& a, const Example& b) { return a.name < b.name; });
  return out;
}

fhir::Result<std::shared_ptr<const fhir::DefinitionStore>> definitions_of(const Package& package) {
  fhir::LoadOptions load;
  load.sources = {(k_packages / "hl7.fhir.r4.examples").string()};
  for (const std::string& needed : package.needs)
    load.sources.push_back((k_packages / needed).string());
  load.sources.push_back(package.path.string());
  return fhir::DefinitionStore::load(load);
}

}  // namespace guides
