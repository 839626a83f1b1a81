// What HL7 publishes, through both formats. https://hl7.org/fhir/R4/downloads.html
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <vector>

#include "xml_support.h"

namespace {

namespace fs = std::filesystem;
using namespace xml_test;

const fs::path k_package = MEDISYNC_SOURCE_DIR "/profiles/.packages/hl7.fhir.r4.examples";

std::string suites_folder() {
  const char* shared = std::getenv("MEDISYNC_SHARED");
  return (shared != nullptr ? std::string(shared) : std::string(MEDISYNC_SOURCE_DIR "/../shared")) +
         "/suites";
}

/// Two files of one name that say different things: the first place where they do.
struct DifferingTwin {
  std::string_view name;
  std::string_view where;
};
constexpr DifferingTwin k_differing_twins[] = {
    {"parameters-example-types", ".parameter[2].valueUuid"},  // an object in JSON
    {"ips-link", ".timestamp"},                               // the fraction of a second
};

/// XML makes line breaks in attributes spaces, and the twins' narratives are laid out differently.
std::string without_spaces(std::string_view text) {
  std::string out(text);
  std::erase_if(out, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  return out;
}

}  // namespace

TEST_CASE("JSON to XML and back is the identity on every official example") {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(k_package)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".json" || name == "package.json" || name[0] == '.') continue;
    const auto document = fhir::json::Document::read(file_text(entry.path().string()));
    if (!document || document->root().string_at("resourceType").empty()) continue;
    ++count;
    const std::string xml = fhir::write_xml(document->root(), core(), count % 2 == 0);
    const auto again = fhir::read_xml(xml, core());
    CAPTURE(name);
    if (!again) {
      FAIL_CHECK(again.error().diagnostics << " at " << again.error().line << ":"
                                           << again.error().column);
      continue;
    }
    if (const std::string what = difference(document->root(), again->root()); !what.empty())
      FAIL_CHECK(what);
  }
  MESSAGE(count << " examples");
  CHECK(count > 4000);
}

TEST_CASE("the XML files of the suites are read or refused, and agree with their JSON twins") {
  if (!fs::exists(suites_folder())) {
    std::cout << "skipped: no suites in " << suites_folder() << "\n";
    return;
  }
  std::size_t read = 0;
  std::size_t refused = 0;
  std::size_t twins = 0;
  for (const auto& entry : fs::recursive_directory_iterator(suites_folder())) {
    if (entry.path().extension() != ".xml") continue;
    const auto document = fhir::read_xml(file_text(entry.path().string()), core());
    CAPTURE(entry.path().string());
    if (!document) {
      ++refused;
      CHECK(document.error().line > 0);
      continue;
    }
    ++read;
    const std::string xml = fhir::write_xml(document->root(), core());
    const auto again = fhir::read_xml(xml, core());
    REQUIRE(again.has_value());
    CHECK(difference(document->root(), again->root()) == "");
    fs::path twin = entry.path();
    twin.replace_extension(".json");
    if (!fs::exists(twin)) continue;
    const auto json = fhir::json::Document::read(file_text(twin.string()));
    REQUIRE(json.has_value());
    ++twins;
    const auto differs = std::find_if(
        std::begin(k_differing_twins), std::end(k_differing_twins),
        [&](const DifferingTwin& each) { return entry.path().stem().string() == each.name; });
    const std::string_view expected =
        differs != std::end(k_differing_twins) ? differs->where : std::string_view{};
    const std::string found =
        difference(json->root(), document->root(), [](std::string_view a, std::string_view b) {
          return a.starts_with("<div") || without_spaces(a) == without_spaces(b);
        });
    CHECK(found.substr(0, found.find(':')) == expected);
  }
  MESSAGE(read << " read, " << refused << " refused, " << twins << " compared with JSON");
  CHECK(read > 100);
}
