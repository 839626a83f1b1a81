// A release file gives back what was put in, and is refused whole when it is damaged.
#include <doctest/doctest.h>

#include "scratch_folder.h"
#include "terminology/load/code_system_builder.h"
#include "terminology/release/release_code_system.h"

using terminology::ConceptId;
using terminology::k_no_concept;
using terminology::load::CodeSystemBuilder;
using terminology::release::MappedFile;
using terminology::release::ReleaseCodeSystem;

namespace {

terminology::release::ReleaseInfo info() {
  return {.kind = "table",
          .url = "urn:fruit",
          .version = "3",
          .name = "Fruit",
          .title = "Fruit and what it is",
          .notice = "Nobody owns a fruit."};
}

/// thing → fruit → (apple, pear); a pear is a thing too; a quince is retired.
CodeSystemBuilder fruit() {
  CodeSystemBuilder builder(info());
  const ConceptId thing = builder.add({.code = "thing", .display = "Thing", .is_abstract = true});
  const ConceptId apple = builder.add({.code = "a", .display = "Apple", .definition = "Round"});
  const ConceptId fruit = builder.add({.code = "fruit", .display = "Fruit"});
  const ConceptId pear = builder.add({.code = "p", .display = "Crème de poire"});
  builder.add({.code = "q", .display = "Quince", .is_inactive = true});
  builder.add_designation(pear, {.language = "de", .value = "Birne"});
  builder.add_designation(apple, {.language = "de",
                                  .use_system = "urn:uses",
                                  .use_code = "full",
                                  .use_display = "Full",
                                  .value = "Roter Apfel"});
  builder.add_designation(apple, {.language = "fr", .value = "Pomme"});
  builder.add_property(
      apple, {.code = "grams", .type = terminology::PropertyType::integer, .value = "150"});
  builder.add_property(apple, {.code = "kin",
                               .type = terminology::PropertyType::coding,
                               .value = "rose",
                               .system = "urn:plants",
                               .display = "Rose"});
  builder.add_parent(fruit, thing);
  builder.add_parent(apple, fruit);
  builder.add_parent(pear, fruit);
  builder.add_parent(pear, thing);
  builder.add_parent(pear, fruit);
  return builder;
}

std::shared_ptr<const ReleaseCodeSystem> open(const std::string& path) {
  auto file = MappedFile::open(path);
  REQUIRE_MESSAGE(file, (file ? "" : file.error().diagnostics));
  REQUIRE(file.value()->check_texts());
  auto system = ReleaseCodeSystem::make(*file);
  REQUIRE(system);
  return *system;
}

std::string codes(const ReleaseCodeSystem& system, const std::vector<ConceptId>& ids) {
  std::string text;
  for (const ConceptId id : ids) text += std::string(system.at(id).code) + " ";
  return text;
}

}  // namespace

TEST_CASE("A release file gives back every concept with what is said of it") {
  const ScratchFolder folder;
  REQUIRE(fruit().write(folder / "fruit.release"));
  const auto system = open(folder / "fruit.release");
  CHECK(system->info().url == "urn:fruit");
  CHECK(system->info().version == "3");
  CHECK(system->release().notice == "Nobody owns a fruit.");
  REQUIRE(system->size() == 5);
  const ConceptId apple = system->find("a");
  REQUIRE(apple != k_no_concept);
  CHECK(system->at(apple).display == "Apple");
  CHECK(system->at(apple).definition == "Round");
  CHECK(system->find("A") == k_no_concept);
  CHECK(system->find("") == k_no_concept);
  CHECK(system->has("q") == fhir::Membership::yes);
  CHECK(system->has("z") == fhir::Membership::no);
  CHECK(system->at(system->find("q")).is_inactive);
  CHECK(system->at(system->find("thing")).is_abstract);
  REQUIRE(system->designation_count(apple) == 2);
  CHECK(system->designation(apple, 0).value == "Roter Apfel");
  CHECK(system->designation(apple, 0).use_system == "urn:uses");
  CHECK(system->designation(apple, 0).use_code == "full");
  CHECK(system->designation(apple, 0).use_display == "Full");
  CHECK(system->designation(apple, 1).language == "fr");
  CHECK(system->designation(apple, 1).use_code.empty());
  REQUIRE(system->property_count(apple) == 2);
  CHECK(system->property(apple, 0).code == "grams");
  CHECK(system->property(apple, 0).type == terminology::PropertyType::integer);
  CHECK(system->property(apple, 0).value == "150");
  CHECK(system->property(apple, 1).system == "urn:plants");
  CHECK(system->property_count(system->find("p")) == 0);
  CHECK(terminology::display_in(*system, apple, "fr-CH") == "Pomme");
}

TEST_CASE("A release file knows what lies above and below") {
  const ScratchFolder folder;
  REQUIRE(fruit().write(folder / "fruit.release"));
  const auto system = open(folder / "fruit.release");
  const auto id = [&](std::string_view code) { return system->find(code); };
  CHECK(system->is_a(id("a"), id("thing")));
  CHECK(system->is_a(id("a"), id("a")));
  CHECK_FALSE(system->is_a(id("thing"), id("a")));
  CHECK_FALSE(system->is_a(id("a"), id("p")));
  CHECK(system->parents(id("p")).size() == 2);
  CHECK(codes(*system, system->descendants(id("thing"))) == "a fruit p ");
  CHECK(codes(*system, system->ancestors(id("p"))) == "thing fruit ");
}

TEST_CASE("Every word of a search must begin a word of one term, whatever its case and accents") {
  const ScratchFolder folder;
  REQUIRE(fruit().write(folder / "fruit.release"));
  const auto system = open(folder / "fruit.release");
  REQUIRE(system->has_text_index());
  const auto found = [&](std::string_view text) { return codes(*system, system->search(text)); };
  CHECK(found("apple") == "a ");
  CHECK(found("AP") == "a ");
  CHECK(found("pple").empty());
  CHECK(found("creme poi") == "p ");
  CHECK(found("CRÈME") == "p ");
  CHECK(found("apf roter") == "a ");
  CHECK(found("apple roter").empty());
  CHECK(found("apples").empty());
  CHECK(found(" - ") == "thing a fruit p q ");
}

TEST_CASE("A search finds the same by a united beginning as by its words") {
  // More terms begin with w than one search unites, so that their union is kept.
  CodeSystemBuilder builder(info());
  constexpr int k_count = 40'000;
  for (int i = 0; i < k_count; ++i) {
    const std::string code = "c" + std::to_string(i);
    builder.add({.code = code, .display = "w" + std::to_string(i % 977) + " x" + code});
  }
  const ScratchFolder folder;
  REQUIRE(builder.write(folder / "many.release"));
  const auto system = open(folder / "many.release");
  CHECK(system->search("w").size() == k_count);
  const auto begins = [](int i) { return std::to_string(i % 977).starts_with("97"); };
  std::size_t expected = 0;
  for (int i = 0; i < k_count; ++i) expected += begins(i) ? 1 : 0;
  CHECK(system->search("w97").size() == expected);
  CHECK(system->search("w5 xc5").size() == system->search("xc5 w5").size());
  CHECK(codes(*system, system->search("w12 xc12")).starts_with("c12 "));
}

TEST_CASE("A concept that stands above itself is refused, and nothing is written") {
  CodeSystemBuilder builder(info());
  const ConceptId a = builder.add({.code = "a"});
  const ConceptId b = builder.add({.code = "b"});
  const ConceptId c = builder.add({.code = "c"});
  builder.add_parent(a, b);
  builder.add_parent(b, a);
  builder.add_parent(c, b);
  const ScratchFolder folder;
  const auto written = builder.write(folder / "circle.release");
  REQUIRE_FALSE(written);
  CHECK(written.error().type == fhir::IssueType::business_rule);
  const std::string& text = written.error().diagnostics;
  CHECK((text == "Concept a stands above itself" || text == "Concept b stands above itself"));
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("A file that is cut short at any place, or changed at any byte, is refused") {
  const ScratchFolder folder;
  REQUIRE(fruit().write(folder / "fruit.release"));
  const std::string whole = folder.read("fruit.release");
  const auto is_refused = [&](const std::string& content) {
    folder.write("bad.release", content);
    const auto file = MappedFile::open(folder / "bad.release");
    if (!file) return !file.error().diagnostics.empty();
    return !(*file)->check_texts() || !ReleaseCodeSystem::make(*file);
  };
  CHECK_FALSE(is_refused(whole));
  for (std::size_t size = 0; size < whole.size(); size += size < 512 ? 1 : 61)
    CHECK_MESSAGE(is_refused(whole.substr(0, size)), "cut to ", size);
  // What lies between sections is nobody's; every other byte counts.
  std::size_t unnoticed = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x40);
    if (is_refused(changed)) continue;
    ++unnoticed;
    CHECK_MESSAGE(whole[at] == 0, "byte ", at);
  }
  CHECK(unnoticed < whole.size());
  CHECK(is_refused("MSTERM\r\n"));
  CHECK(is_refused(whole + "more"));
  CHECK(is_refused(std::string(4096, '\0')));
}

TEST_CASE("A damaged text is found by a check, and harms nobody before it") {
  const ScratchFolder folder;
  REQUIRE(fruit().write(folder / "fruit.release"));
  std::string content = folder.read("fruit.release");
  const std::size_t at = content.find("Roter Apfel");
  content[at - 1] = '\x7f';  // the length of the text before it
  folder.write("bad.release", content);
  const auto file = MappedFile::open(folder / "bad.release");
  REQUIRE(file);
  CHECK_FALSE((*file)->check_texts());
  const auto system = ReleaseCodeSystem::make(*file);
  REQUIRE(system);
  for (ConceptId id = 0; id < (*system)->size(); ++id) {
    for (const auto& designation : (*system)->designations(id))
      CHECK(designation.value.size() < 200);
  }
}

TEST_CASE("What a killed program left is taken away; what another one writes is not") {
  const ScratchFolder folder;
  folder.write(".loading-old.release-1", "half");
  auto other = terminology::load::FileWriter::create(folder / "other.release");
  REQUIRE(other);
  CHECK_FALSE(std::filesystem::exists(folder / ".loading-old.release-1"));
  REQUIRE(fruit().write(folder / "fruit.release"));
  CHECK(other->finish());
  CHECK(std::filesystem::exists(folder / "other.release"));
}
