// https://hl7.org/fhir/R4/snomedct.html#implicit-cm
#include "terminology/maps/implicit_maps.h"

#include "terminology/load/rf2_loader.h"
#include "terminology/load/rxnorm.h"
#include "terminology/snomed/edition.h"
#include "unit/terminology/load/loaded.h"

namespace {

using namespace load_test;
using terminology::maps::ImplicitMaps;

std::string atom(const std::string& source, const std::string& type, const std::string& code) {
  return "1|ENG||||||1||||" + source + "|" + type + "|" + code + "|mooncillin||N||\n";
}

}  // namespace

TEST_CASE("the maps of releases are found by url and version, the newest without one") {
  const ScratchFolder folder;
  folder.write("RXNCONSO.RRF", atom("RXNORM", "IN", "1") + atom("ATC", "IN", "Z01AA01"));
  const auto load = [&](const std::string& version) {
    return Loaded(terminology::load::read_rxnorm(folder.path().string(), with_version(version)),
                  folder / version)
        .system;
  };
  const ImplicitMaps maps({load("2"), load("1")});
  const std::string url = "http://www.nlm.nih.gov/research/umls/rxnorm?fhir_cm=rxnorm-atc";
  CHECK(maps.newest().size() == 2);
  REQUIRE(maps.find(url) != nullptr);
  CHECK(maps.find(url)->version() == "2");
  CHECK(maps.find(url + "|1")->version() == "1");
  CHECK(maps.find(url + "|3") == nullptr);
  CHECK(maps.find(url + "x") == nullptr);
  CHECK(maps.find("http://example.org/map") == nullptr);
  CHECK(ImplicitMaps().find(url) == nullptr);
}

TEST_CASE("the fictitious edition implies a map by its association reference set") {
  const std::string path = sample("snomed-rf2-fictitious/release");
  if (path.empty()) return;
  const ScratchFolder folder;
  const auto report = terminology::load::load_rf2(path, folder.path().string(), {});
  if (!report) FAIL(report.error().diagnostics);
  const auto file = terminology::release::MappedFile::open(report->file);
  REQUIRE(file.has_value());
  const auto edition = terminology::snomed::Edition::make(*file);
  REQUIRE(edition.has_value());
  const ImplicitMaps maps({*edition});
  REQUIRE_FALSE(maps.newest().empty());
  const std::string url(maps.newest()[0]->url());
  const std::string version((*edition)->info().version);
  CHECK(maps.find(url) == maps.newest()[0]);
  CHECK(maps.find(version + url.substr(url.find('?'))) == maps.newest()[0]);
  CHECK(maps.find(version.substr(0, version.find("/version")) + url.substr(url.find('?'))) ==
        maps.newest()[0]);
  CHECK(maps.find("http://snomed.info/sct/1" + url.substr(url.find('?'))) == nullptr);
}
