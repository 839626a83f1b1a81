// The folder of releases as a server holds it.
#include "terminology/releases.h"

#include <doctest/doctest.h>

#include <cstring>
#include <mutex>

#include "terminology/load/code_system_builder.h"
#include "unit/terminology/release/scratch_folder.h"

using terminology::Releases;

namespace {

constexpr const char* k_url = "urn:fruit";

void write_fruit(const ScratchFolder& folder, const std::string& version) {
  terminology::load::CodeSystemBuilder builder({.kind = "table", .url = k_url, .version = version});
  for (int i = 0; i < 100; ++i) builder.add({.code = "f" + std::to_string(i), .display = "Fruit"});
  REQUIRE(builder.write(folder / (version + ".release")));
}

/// Turns over a bit of the section of codes.
void damage(const ScratchFolder& folder, const std::string& name) {
  std::string bytes = folder.read(name);
  terminology::release::FileHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  for (std::uint32_t i = 0; i < header.section_count; ++i) {
    terminology::release::SectionEntry entry;
    std::memcpy(&entry, bytes.data() + sizeof header + i * sizeof entry, sizeof entry);
    if (entry.section == static_cast<std::uint32_t>(terminology::release::Section::codes))
      bytes[entry.offset] ^= 1;
  }
  folder.write(name, bytes);
}

struct Told {
  std::mutex mutex;
  std::vector<std::string> problems;
  Releases::OnDamage listener() {
    return [this](const std::string& problem) {
      const std::lock_guard lock(mutex);
      problems.push_back(problem);
    };
  }
};

}  // namespace

TEST_CASE("The newest release counts, and each is found by its version") {
  const ScratchFolder folder;
  write_fruit(folder, "9");
  write_fruit(folder, "10");
  const auto releases = Releases::open(folder.path().string());
  REQUIRE(releases->entries().size() == 2);
  CHECK(releases->find(k_url, {})->info().version == "10");
  CHECK(releases->find(k_url, "9")->find("f7") != terminology::k_no_concept);
  CHECK(releases->find(k_url, "8") == nullptr);
  CHECK(releases->find(k_url, {}, Releases::Wait::never) == releases->find(k_url, {}));
}

TEST_CASE("A release that is found damaged is told, and nobody is given it") {
  const ScratchFolder folder;
  write_fruit(folder, "9");
  write_fruit(folder, "10");
  damage(folder, "10.release");
  Told told;
  const auto releases = Releases::open(folder.path().string(), nullptr, told.listener());
  CHECK(releases->find(k_url, "10") == nullptr);
  CHECK(releases->find(k_url, {})->info().version == "9");
  REQUIRE(told.problems.size() == 1);
  CHECK(told.problems[0].find("10.release is damaged: section 3") != std::string::npos);
}

TEST_CASE("A release that has not changed is shared with what was open before") {
  const ScratchFolder folder;
  write_fruit(folder, "9");
  const auto before = Releases::open(folder.path().string());
  write_fruit(folder, "10");
  const auto after = Releases::open(folder.path().string(), before.get());
  CHECK(after->find(k_url, "9") == before->find(k_url, "9"));
  CHECK(Releases::differences(before.get(), after.get()).contains(k_url));
  CHECK(Releases::differences(before.get(), before.get()).empty());
}

TEST_CASE("A file that says nothing of itself is told and left out") {
  const ScratchFolder folder;
  folder.write("x.release",
               "nothing of the kind, but long enough to hold what a header would need");
  Told told;
  CHECK(Releases::open(folder.path().string(), nullptr, told.listener())->entries().empty());
  REQUIRE(told.problems.size() == 1);
  CHECK(told.problems[0].find("is no release file") != std::string::npos);
}
