#include "conformance/snapshot_files.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "fhir/formats/json_writer.h"
#include "fhir/model/xml_reader.h"

namespace snapshot_files {

namespace fs = std::filesystem;

fs::path packages_folder() { return fs::path(MEDISYNC_SOURCE_DIR) / "profiles" / ".packages"; }

fs::path shared_folder() {
  const char* named = std::getenv("MEDISYNC_SHARED");
  return named != nullptr ? fs::path(named) : fs::path(MEDISYNC_SOURCE_DIR) / "../shared";
}

bool has_core() { return fs::exists(packages_folder() / "hl7.fhir.r4.examples"); }

std::shared_ptr<const fhir::DefinitionStore> store(const std::vector<std::string>& packages) {
  fhir::LoadOptions options;
  options.sources = {(packages_folder() / "hl7.fhir.r4.examples").string()};
  options.sources.insert(options.sources.end(), packages.begin(), packages.end());
  auto loaded = fhir::DefinitionStore::load(options);
  REQUIRE(loaded);
  return *loaded;
}

fhir::json::Document read(const fs::path& path, const fhir::DefinitionStore& definitions) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  auto document = path.extension() == ".xml" ? fhir::read_xml(text.str(), definitions)
                                             : fhir::json::Document::read(text.str());
  REQUIRE_MESSAGE(document, path);
  return std::move(*document);
}

std::string text_as_json(const fs::path& path, const fhir::DefinitionStore& definitions) {
  return fhir::json::to_string(read(path, definitions).root());
}

}  // namespace snapshot_files
