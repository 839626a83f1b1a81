// A file whose checksums are right may still have been made to do harm: numbers that lead somewhere
// are compared with what they lead into.
#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <functional>

#include "terminology/load/code_system_builder.h"
#include "terminology/load/file_writer.h"
#include "terminology/load/rf2_loader.h"
#include "terminology/release/cross_references.h"
#include "terminology/releases.h"
#include "terminology/snomed/edition_format.h"
#include "unit/terminology/snomed/small_edition.h"

using terminology::load::FileWriter;
using terminology::release::Section;

namespace {

using Bytes = std::vector<char>;
/// Changes the bytes of a section; false leaves the section out.
using Change = std::function<bool(Section section, Bytes& bytes)>;

template <std::size_t n>
void add(FileWriter& out, Section section, const Bytes& bytes) {
  std::vector<std::array<char, n>> values(bytes.size() / n);
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), values.size() * n);
  out.add(section, values);
}

/// Writes a file again, with checksums that are right.
void forge(const ScratchFolder& folder, const std::string& from, const Change& change) {
  const std::string content = folder.read(from);
  terminology::release::FileHeader header;
  std::memcpy(&header, content.data(), sizeof header);
  auto out = FileWriter::create(folder / "forged.release");
  REQUIRE(out);
  for (std::uint32_t i = 0; i < header.section_count; ++i) {
    terminology::release::SectionEntry entry;
    std::memcpy(&entry, content.data() + sizeof header + i * sizeof entry, sizeof entry);
    Bytes bytes(content.begin() + static_cast<std::ptrdiff_t>(entry.offset),
                content.begin() + static_cast<std::ptrdiff_t>(entry.offset + entry.bytes));
    const auto section = static_cast<Section>(entry.section);
    if (!change(section, bytes)) continue;
    const std::array<void (*)(FileWriter&, Section, const Bytes&), 8> adders = {
        add<1>, add<4>, add<8>, add<12>, add<16>, add<20>, add<24>, add<32>};
    const std::array<std::uint32_t, 8> sizes = {1, 4, 8, 12, 16, 20, 24, 32};
    const auto* found = std::find(sizes.begin(), sizes.end(), entry.element_bytes);
    REQUIRE(found != sizes.end());
    adders[static_cast<std::size_t>(found - sizes.begin())](*out, section, bytes);
  }
  REQUIRE(out->finish());
}

bool opens(const ScratchFolder& folder) {
  return terminology::open_release(folder / "forged.release").has_value();
}

void write_fruit(const ScratchFolder& folder) {
  terminology::load::CodeSystemBuilder builder(
      {.kind = "table", .url = "urn:fruit", .version = "1"});
  const auto apple = builder.add({.code = "a", .display = "Apple"});
  builder.add_property(apple, {.code = "grams", .value = "150"});
  REQUIRE(builder.write(folder / "fruit.release"));
}

}  // namespace

TEST_CASE("An edition whose positions lead out of it is refused, whatever its checksums") {
  const ScratchFolder folder;
  snomed_test::SmallEdition().write(folder);
  const auto loaded =
      terminology::load::load_rf2(folder.path().string(), folder.path().string(), {});
  REQUIRE(loaded);
  const std::string name = std::filesystem::path(loaded->file).filename().string();
  forge(folder, name, [](Section, Bytes&) { return true; });
  CHECK(opens(folder));
  namespace snomed = terminology::snomed;
  for (const Section bad :
       {snomed::k_descriptions, snomed::k_description_order, snomed::k_relationships,
        snomed::k_incoming, snomed::k_reference_sets, snomed::k_members}) {
    forge(folder, name, [&](Section section, Bytes& bytes) {
      if (section == bad) std::memset(bytes.data(), 0x7e, std::min<std::size_t>(bytes.size(), 24));
      return true;
    });
    CHECK_FALSE_MESSAGE(opens(folder), "section ", static_cast<int>(bad));
  }
  for (const Section gone : {snomed::k_modules, snomed::k_description_types, snomed::k_languages}) {
    forge(folder, name, [&](Section section, Bytes&) { return section != gone; });
    CHECK_FALSE_MESSAGE(opens(folder), "without section ", static_cast<int>(gone));
  }
}

TEST_CASE("A hash table without an end, and properties of nobody, are refused") {
  const ScratchFolder folder;
  write_fruit(folder);
  forge(folder, "fruit.release", [](Section section, Bytes& bytes) {
    if (section == Section::code_table) std::memset(bytes.data(), 0, bytes.size());
    return true;
  });
  CHECK_FALSE(opens(folder));
  forge(folder, "fruit.release",
        [](Section section, Bytes&) { return section != Section::property_offsets; });
  CHECK_FALSE(opens(folder));
}

TEST_CASE("A list of terms that says it is longer than it is ends with the section") {
  const ScratchFolder folder;
  write_fruit(folder);
  forge(folder, "fruit.release", [](Section section, Bytes& bytes) {
    if (section == Section::postings) bytes = {0, '\xff', '\xff', '\xff', '\xff', '\x0f'};
    return true;
  });
  const auto opened = terminology::open_release(folder / "forged.release");
  REQUIRE(opened);
  CHECK((*opened)->search("apple").size() <= 1);
}

TEST_CASE("A concrete value of |Is a| is passed over when the release does not have the type") {
  const ScratchFolder folder;
  snomed_test::SmallEdition edition;
  const std::size_t at = edition.concepts.find("116680003\t");
  edition.concepts.erase(at, edition.concepts.find('\n', at) + 1 - at);
  edition.concrete +=
      "910000125\t20200131\t1\t900000000000207008\t700000011\t#1\t2\t116680003\t"
      "900000000000011006\t900000000000451002\n";
  edition.write(folder);
  const auto loaded =
      terminology::load::load_rf2(folder.path().string(), folder.path().string(), {});
  REQUIRE(loaded);
  const auto opened = terminology::open_release(loaded->file);
  REQUIRE(opened);
  const auto fever = (*opened)->find("700000011");
  for (const auto& property : (*opened)->properties(fever)) CHECK_FALSE(property.code.empty());
}
