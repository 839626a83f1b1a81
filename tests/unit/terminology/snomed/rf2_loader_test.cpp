// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-release-file-specification
#include <doctest/doctest.h>

#include "small_edition.h"
#include "terminology/load/rf2_loader.h"
#include "terminology/snomed/edition.h"
#include "unit/terminology/load/loaded.h"

using snomed_test::SmallEdition;
using terminology::ConceptId;
using terminology::k_no_concept;
using terminology::snomed::Edition;

namespace {

struct Opened {
  std::shared_ptr<const Edition> edition;
  terminology::load::LoadReport report;
  std::string error;
};

Opened load(const std::string& folder, const std::string& target,
            const terminology::load::LoadOptions& options = {}) {
  Opened opened;
  std::filesystem::create_directories(target);
  auto report = terminology::load::load_rf2(folder, target, options);
  if (!report) {
    opened.error = report.error().diagnostics;
    return opened;
  }
  opened.report = *report;
  auto file = terminology::release::MappedFile::open(report->file);
  REQUIRE(file);
  CHECK((*file)->check_texts());
  auto edition = Edition::make(*file);
  if (!edition) FAIL(edition.error().diagnostics);
  opened.edition = *edition;
  return opened;
}

std::shared_ptr<const Edition> small() {
  const ScratchFolder folder;
  SmallEdition().write(folder);
  Opened opened = load(folder.path().string(), folder / "out");
  REQUIRE_MESSAGE(opened.edition, opened.error);
  CHECK(opened.report.remarks.empty());
  return opened.edition;
}

std::vector<std::string> names(const Edition& edition, const std::vector<ConceptId>& ids) {
  std::vector<std::string> found;
  for (const ConceptId id : ids) found.emplace_back(edition.at(id).code);
  return found;
}

/// The error of a load whose descriptions have one more line.
std::string error_with(const std::string& line) {
  const ScratchFolder folder;
  SmallEdition source;
  source.descriptions += line;
  source.write(folder);
  return load(folder.path().string(), folder / "out").error;
}

}  // namespace

TEST_CASE("A snapshot is loaded with names, hierarchy and what is said of concepts") {
  const auto edition = small();
  CHECK(edition->info().url == "http://snomed.info/sct");
  CHECK(edition->info().version == "http://snomed.info/sct/900000000000207008/version/20200131");
  const ConceptId fever = edition->find("386661006");
  REQUIRE(fever != k_no_concept);
  CHECK(edition->find(386661006u) == fever);
  CHECK(edition->at(fever).display == "Fever");
  CHECK(edition->at(fever).definition == "A body that is too warm.");
  CHECK(edition->designation_count(fever) == 5);
  CHECK(edition->designation(fever, 0).value == "Fever (finding)");
  CHECK(edition->designation(fever, 0).use_code == "900000000000003001");
  CHECK(edition->designation(fever, 1).use_display == "Synonym");
  CHECK(edition->is_a(edition->find("700000011"), edition->find("404684003")));
  CHECK_FALSE(edition->is_a(fever, edition->find("123037004")));
  CHECK(edition->at(edition->find("700000033")).is_inactive);
  CHECK(edition->descendants(edition->find("404684003")).size() == 2);
  std::string said;
  for (const auto& property : edition->properties(edition->find("700000011")))
    said += std::string(property.code) + "=" + std::string(property.value) + " ";
  CHECK(said ==
        "inactive=false sufficientlyDefined=false moduleId=900000000000207008 "
        "effectiveTime=20200131 363698007=69536005 700000022=41.50 ");
  CHECK(edition->property(fever, 1).value == "true");
}

TEST_CASE("The display is the preferred term of the dialect that is asked for") {
  const auto edition = small();
  const ConceptId high = edition->find("700000011");
  CHECK(display_in(*edition, high, "") == "Very high fever, hemorrhagic");
  CHECK(display_in(*edition, high, "en-GB") == "Very high fever, haemorrhagic");
  CHECK(display_in(*edition, high, "en-x-sctlang-90000000-00005080-04") ==
        "Very high fever, haemorrhagic");
  CHECK(display_in(*edition, high, "fr") == "Very high fever, hemorrhagic");
  CHECK(display_in(*edition, edition->find("386661006"), "fr-CA") == "Fièvre");
  CHECK(display_in(*edition, edition->find("386661006"), "en") == "Fever");
}

TEST_CASE("Searches find active names, not definitions and what is inactive") {
  const auto edition = small();
  using Codes = std::vector<std::string>;
  CHECK(names(*edition, edition->search("fev")) == Codes{"386661006", "700000011", "700000033"});
  CHECK(names(*edition, edition->search("feverish")).empty());
  CHECK(names(*edition, edition->search("warm")).empty());
  CHECK(names(*edition, edition->search("fievre")) == Codes{"386661006"});
  terminology::ConceptSet all(edition->size());
  CHECK(edition->add_by_word_prefix("feverish", all));
  CHECK(all.contains(edition->find("386661006")));
}

TEST_CASE("What expression constraints ask is answered from the file") {
  const auto edition = small();
  const auto id = [&](std::string_view code) { return edition->find(code); };
  const auto relationships = edition->relationships(id("700000011"));
  REQUIRE(relationships.size() == 2);
  CHECK(relationships[0].value == id("69536005"));
  CHECK(relationships[0].group == 1);
  CHECK(edition->concrete(relationships[1].value) == "41.50");
  REQUIRE(edition->incoming(id("69536005")).size() == 1);
  CHECK(edition->incoming(id("69536005"))[0].source == id("700000011"));
  const auto place = edition->find_description(1004011);
  CHECK(place.concept_id == id("386661006"));
  CHECK(edition->description(place.position).term == "Pyrexia");
  CHECK(edition->acceptability(place.position, id("900000000000509007")) ==
        id("900000000000549004"));
  CHECK(edition->find_description(99999999).concept_id == k_no_concept);
  const auto* history = edition->reference_set(id("900000000000527005"));
  REQUIRE(history != nullptr);
  REQUIRE(history->count == 1);
  CHECK(edition->member(history->first).referenced == id("700000033"));
  CHECK(edition->field(history->first, 0).concept_id == id("386661006"));
  const auto* map = edition->reference_set(id("777000001"));
  REQUIRE(map != nullptr);
  REQUIRE(map->count == 2);
  REQUIRE(map->fields.size() == 7);
  CHECK(map->fields[4].name == "mapTarget");
  // Members are in the order of what they refer to.
  CHECK(edition->member(map->first).referenced == id("69536005"));
  CHECK_FALSE(edition->member(map->first).is_active);
  CHECK(edition->field(map->first + 1, 4).text == "Q50.9");
  CHECK(edition->field(map->first + 1, 0).text == "1");
}

TEST_CASE("Of a full release the latest version counts, or that of a date") {
  const ScratchFolder folder;
  SmallEdition source("Full");
  source.name("1003011", "386661006", "Fever of old", "", "900000000000013009", "1", "en",
              "20100131");
  source.name("1004011", "386661006", "Pyrexia", "", "900000000000013009", "0", "en", "20210131");
  source.relate("69536005", "138875005", "116680003", "0", "1", "20210131", "800001025");
  source.relate("69536005", "138875005", "116680003", "0", "0", "20220131", "800001025");
  source.write(folder);
  const Opened now = load(folder.path().string(), folder / "now");
  REQUIRE_MESSAGE(now.edition, now.error);
  const auto is_active = [](const Edition& edition, std::uint64_t description) {
    return edition.description(edition.find_description(description).position).is_active;
  };
  CHECK(now.edition->at(now.edition->find("386661006")).display == "Fever");
  CHECK_FALSE(is_active(*now.edition, 1004011));
  CHECK(now.edition->parents(now.edition->find("69536005")).size() == 1);
  terminology::load::LoadOptions options;
  options.version = "20210601";
  const Opened then = load(folder.path().string(), folder / "then", options);
  REQUIRE_MESSAGE(then.edition, then.error);
  CHECK(then.edition->info().version.ends_with("/version/20210601"));
  CHECK(then.edition->parents(then.edition->find("69536005")).size() == 2);
}

TEST_CASE("A damaged line is told with its file and its number") {
  const auto ends_with = [](const std::string& text, const std::string& end) {
    return text.find("sct2_Description_Snapshot-en_INT_20200131.txt:17: ") != std::string::npos &&
           text.ends_with(end);
  };
  CHECK(ends_with(error_with("12\t20200131\n"), "the line has 2 columns, the header 9"));
  CHECK(ends_with(error_with("x\t20200131\t1\t900000000000207008\t386661006\ten\t"
                             "900000000000013009\tA\t900000000000448009\n"),
                  "'x' in column id is no identifier of SNOMED CT"));
  CHECK(ends_with(error_with("1099011\t2020-01-31\t1\t900000000000207008\t386661006\ten\t"
                             "900000000000013009\tA\t900000000000448009\n"),
                  "'2020-01-31' is no effectiveTime (yyyymmdd)"));
  CHECK(ends_with(error_with("1099011\t20200131\tyes\t900000000000207008\t386661006\ten\t"
                             "900000000000013009\tA\t900000000000448009\n"),
                  "'yes' is neither 0 nor 1, as active must be"));
  CHECK(
      ends_with(error_with(std::string(2'000'000, 'x')), "the line is longer than 1048576 bytes"));
}

TEST_CASE("Every byte of a source file may be anything: a load ends with a file or an error") {
  std::uint64_t state = 1;
  const auto next = [&] { return state = state * 6364136223846793005ull + 1442695040888963407ull; };
  for (int round = 0; round < 200; ++round) {
    const ScratchFolder folder;
    SmallEdition source;
    std::string* const texts[] = {&source.concepts,      &source.descriptions, &source.languages,
                                  &source.relationships, &source.concrete,     &source.maps};
    std::string& text = *texts[(next() >> 33) % 6];
    for (int i = 0; i < 3; ++i)
      text[(next() >> 33) % text.size()] = "\t\n\r\0#x1\xff"[(next() >> 33) % 8];
    source.write(folder);
    const Opened opened = load(folder.path().string(), folder / "out");
    CHECK((opened.edition != nullptr || !opened.error.empty()));
  }
}

TEST_CASE("What is no release is refused") {
  const ScratchFolder folder;
  CHECK(load(folder / "nowhere", folder / "out").error.find("cannot be read") != std::string::npos);
  CHECK(load(folder.path().string(), folder / "out")
            .error.ends_with("has no files of SNOMED CT (sct2_…)"));
  folder.write("sct2_Concept_Delta_INT_20200131.txt", "");
  CHECK(load(folder.path().string(), folder / "out").error.find("only the delta") !=
        std::string::npos);
  folder.write("sct2_Concept_Snapshot_INT_20200131.txt", "");
  CHECK(load(folder.path().string(), folder / "out")
            .error.ends_with("has no file sct2_Description_…"));
}

TEST_CASE("Releases with invented content in the true layout are loaded") {
  const std::string sample = load_test::sample("snomed-rf2-fictitious");
  if (sample.empty()) return;
  const ScratchFolder folder;
  const Opened release = load(sample + "/release", folder / "release");
  REQUIRE_MESSAGE(release.edition, release.error);
  CHECK(release.edition->size() == 103);
  CHECK(release.edition->info().version ==
        "http://snomed.info/sct/900000000000207008/version/20180731");
  CHECK(release.edition->at(release.edition->find("131148009")).display == "Bleeding");
  const Opened mini = load(sample + "/mini", folder / "mini");
  REQUIRE_MESSAGE(mini.edition, mini.error);
  CHECK(mini.edition->find_alternate("LOINC", "634-6") ==
        mini.edition->find(std::uint64_t{22071010000106}));
}

TEST_CASE("Two releases below one folder are refused, not mixed") {
  const ScratchFolder folder;
  const snomed_test::SmallEdition edition;
  edition.write(folder);
  folder.write("later/sct2_Concept_Snapshot_INT_20210131.txt", edition.concepts);
  const auto loaded =
      terminology::load::load_rf2(folder.path().string(), folder.path().string(), {});
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().type == fhir::IssueType::multiple_matches);
  CHECK(loaded.error().diagnostics.find("name the folder of one") != std::string::npos);
}
