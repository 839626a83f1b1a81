// A small good release file with changes to its sections, their checksums made right again:
// refused, or asked all that a code system, an edition and its cross references are asked, without
// leaving the file.
//
// The first byte chooses the file; then come changes of eight bytes each: which section, what is
// done to it (a number is put in, it is cut short, it is taken out), a place, the number.
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "terminology/concept_set.h"
#include "terminology/load/code_system_builder.h"
#include "terminology/load/cross_reference_builder.h"
#include "terminology/load/rf2_loader.h"
#include "terminology/maps/snomed_maps.h"
#include "terminology/release/cross_references.h"
#include "terminology/releases.h"
#include "terminology/snomed/edition.h"
#include "terminology/translate.h"
#include "tests/unit/terminology/snomed/small_edition.h"

namespace {

using terminology::ConceptId;
using terminology::release::FileHeader;
using terminology::release::SectionEntry;

constexpr ConceptId k_asked_max = 64;  // concepts that are asked about
constexpr std::size_t k_change_bytes = 8;

struct Bases {
  std::array<std::string, 2> files;

  Bases() {
    const ScratchFolder folder;
    terminology::load::CodeSystemBuilder table({.kind = "table", .url = "urn:t", .version = "1"});
    const ConceptId top = table.add({.code = "top", .display = "Top of all"});
    const ConceptId low = table.add({.code = "low", .display = "Low", .definition = "Not high"});
    table.add_parent(low, top);
    table.add_property(low, {.code = "grams", .value = "150"});
    table.add_designation(low, {.language = "de", .use_code = "x", .value = "Niedrig"});
    terminology::load::CrossReferenceBuilder references;
    references.add(low, "urn:other", "1");
    references.add(top, "urn:other", "2");
    if (!table.write(folder / "table", [&](auto& out) { references.write(table, out); }))
      std::abort();
    files[0] = folder.read("table");
    snomed_test::SmallEdition().write(folder);
    const std::string path = folder.path().string();
    const auto loaded = terminology::load::load_rf2(path, path, {});
    if (!loaded) std::abort();
    files[1] = folder.read(std::filesystem::path(loaded->file).filename().string());
  }
};

template <class T>
T read_at(const std::string& bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

template <class T>
void write_at(std::string& bytes, std::size_t at, const T& value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

void change(std::string& file, const std::uint8_t* what) {
  const auto header = read_at<FileHeader>(file, 0);
  const std::size_t at = sizeof header + what[0] % header.section_count * sizeof(SectionEntry);
  auto entry = read_at<SectionEntry>(file, at);
  std::uint16_t place = 0;
  std::uint32_t number = 0;
  std::memcpy(&place, what + 2, sizeof place);
  std::memcpy(&number, what + 4, sizeof number);
  switch (what[1] % 3) {
    case 0: {
      if (entry.bytes < sizeof number) return;
      const std::size_t within = place * sizeof number % (entry.bytes - sizeof number + 1);
      write_at(file, entry.offset + within, number);
      return;
    }
    case 1:
      entry.bytes = place % (entry.bytes / entry.element_bytes + 1) * entry.element_bytes;
      break;
    default:
      entry.section = 1000 + what[0];
  }
  write_at(file, at, entry);
}

void make_right(std::string& file) {
  auto header = read_at<FileHeader>(file, 0);
  for (std::uint32_t i = 0; i < header.section_count; ++i) {
    const std::size_t at = sizeof header + i * sizeof(SectionEntry);
    auto entry = read_at<SectionEntry>(file, at);
    entry.checksum = XXH3_64bits(file.data() + entry.offset, entry.bytes);
    write_at(file, at, entry);
  }
  header.table_checksum =
      XXH3_64bits(file.data() + sizeof header, header.section_count * sizeof(SectionEntry));
  header.header_checksum = XXH3_64bits(&header, offsetof(FileHeader, header_checksum));
  write_at(file, 0, header);
}

void ask(const terminology::CodeSystem& system) {
  (void)system.find("low");
  (void)system.search("feve to");
  const ConceptId end = std::min(system.size(), k_asked_max);
  for (ConceptId id = 0; id < end; ++id) {
    const auto item = system.at(id);
    (void)system.find(item.code);
    for (const auto& property : system.properties(id)) (void)property.value.size();
    for (const auto& designation : system.designations(id)) (void)designation.value.size();
    (void)system.descendants(id);
    (void)system.ancestors(id);
    (void)system.display_in(id, "en-GB");
    (void)compare(system, id, end - 1 - id);
    for (const ConceptId parent : system.parents(id)) (void)system.at(parent);
    for (const ConceptId child : system.children(id)) (void)system.at(child);
  }
}

void ask(const terminology::snomed::Edition& edition) {
  constexpr std::array<std::string_view, 6> k_expressions = {
      "<< 404684003",
      "* : 363698007 = *",
      "^ 777000001",
      "* {{ term = \"fever\" }}",
      "^ [targetComponentId] 900000000000527005",
      "* {{ + HISTORY }}"};
  for (const std::string_view expression : k_expressions)
    (void)edition.select("constraint", "=", expression);
  for (const auto& map : terminology::maps::snomed_maps(edition, edition)) {
    for (const auto direction :
         {terminology::Direction::forward, terminology::Direction::reverse}) {
      std::vector<terminology::TranslateMatch> matches;
      terminology::TranslateQuestion question{.coding = {}, .direction = direction};
      question.coding.code = "386661006";
      map->implicit()->translate(question, matches);
    }
  }
}

void ask(const terminology::release::MappedFile& file, ConceptId concepts) {
  const terminology::release::CrossReferences references(file);
  for (std::uint32_t i = 0; i < references.system_count(); ++i)
    references.for_each(i, "1", [&](ConceptId id) {
      if (id >= concepts) std::abort();
    });
  for (ConceptId id = 0; id < std::min(concepts, k_asked_max); ++id) {
    for (const auto& row : references.of(id)) (void)references.code(row);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Bases k_bases;
  if (size == 0) return 0;
  std::string file = k_bases.files[data[0] % k_bases.files.size()];
  for (std::size_t at = 1; at + k_change_bytes <= size && at < 400; at += k_change_bytes)
    change(file, data + at);
  make_right(file);
  const int descriptor = ::memfd_create("release", MFD_CLOEXEC);
  if (descriptor < 0 ||
      ::write(descriptor, file.data(), file.size()) != static_cast<ssize_t>(file.size()))
    std::abort();
  const auto opened = terminology::open_release("/proc/self/fd/" + std::to_string(descriptor));
  ::close(descriptor);
  if (!opened) {
    if (opened.error().diagnostics.empty()) std::abort();
    return 0;
  }
  ask(**opened);
  ask((*opened)->file(), (*opened)->size());
  if (const auto* edition = dynamic_cast<const terminology::snomed::Edition*>(opened->get()))
    ask(*edition);
  return 0;
}
