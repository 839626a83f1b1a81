// Makes the snapshot of every structure that a package publishes with one anew from its
// differential, and compares. snapshot_differences.txt lists where the published one is another.
// https://hl7.org/fhir/R4/profiling.html#snapshot
#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "conformance/snapshot_compare.h"
#include "conformance/snapshot_files.h"
#include "fhir/definitions/record_reader.h"
#include "fhir/definitions/snapshot_generator.h"

namespace {

namespace fs = std::filesystem;
using fhir::definitions::RawRecord;
using fhir::definitions::SnapshotGenerator;
using snapshot_compare::Difference;
using snapshot_compare::KnownDifferences;

struct Package {
  std::string name;  // as snapshot_differences.txt calls it
  fs::path path;
  std::vector<fs::path> beside = {};  // what its structures build on
};

std::vector<Package> packages() {
  const fs::path folder = snapshot_files::packages_folder();
  const fs::path shared = snapshot_files::shared_folder() / "packages";
  const fs::path extensions = folder / "hl7.fhir.uv.extensions.r4";
  return {{"core", folder / "hl7.fhir.r4.examples"},
          {"extensions", extensions},
          {"ips", folder / "hl7.fhir.uv.ips", {extensions}},
          {"us-core-3.1.1", shared / "us_core_311.tgz"},
          {"us-core-6.1.0", shared / "us_core_610.tgz", {extensions}}};
}

struct Tally {
  int all = 0, equal = 0, listed = 0;
  std::vector<std::string> without_base = {};
  double milliseconds = 0;
};

std::string last_part(const std::string& url) { return url.substr(url.rfind('/') + 1); }

void compare(const RawRecord& record, SnapshotGenerator& generator, KnownDifferences& known,
             Tally& tally) {
  auto published = fhir::json::Document::read(record.json);
  REQUIRE(published);
  if (published->root().find("snapshot") == nullptr) return;
  const std::string name = last_part(record.url);
  CAPTURE(name);
  ++tally.all;
  const auto begin = std::chrono::steady_clock::now();
  auto made = generator.generate(published->root());
  tally.milliseconds +=
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  if (!made && made.error().expression == "StructureDefinition.baseDefinition") {
    tally.without_base.push_back(name + ": " + made.error().diagnostics);
    return;
  }
  if (!made) {
    const Difference failure = {made.error().expression, "failed", "", made.error().diagnostics};
    CHECK_MESSAGE(known.covers(name, failure), failure);
    ++tally.listed;
    return;
  }
  const auto found = snapshot_compare::differences(published->root(), made->root());
  for (const auto& difference : found) CHECK_MESSAGE(known.covers(name, difference), difference);
  ++(found.empty() ? tally.equal : tally.listed);
}

void compare_all(const Package& package) {
  std::vector<std::string> sources;
  for (const fs::path& path : package.beside) sources.push_back(path.string());
  sources.push_back(package.path.string());
  auto store = snapshot_files::store(sources);
  std::vector<RawRecord> records;
  REQUIRE(fhir::definitions::read_source(package.path.string(), records,
                                         fhir::definitions::Detail::whole));
  SnapshotGenerator generator(*store);
  KnownDifferences known(package.name);
  Tally tally;
  for (const RawRecord& record : records) {
    if (record.type == "StructureDefinition") compare(record, generator, known, tally);
  }
  std::cout << "snapshots of " << package.name << ": " << tally.all << " compared, " << tally.equal
            << " equal, " << tally.listed << " differ as listed, " << tally.without_base.size()
            << " without their base; " << tally.milliseconds / tally.all << " ms each\n";
  for (const std::string& reason : tally.without_base) std::cout << "  skipped " << reason << "\n";
  CHECK(tally.equal > 0);
  for (const std::string& line : known.unused()) FAIL_CHECK("nothing differs any more: " << line);
}

}  // namespace

TEST_CASE("snapshots made from differentials are those that packages publish") {
  if (!snapshot_files::has_core()) {
    std::cout << "skipped: no definitions\n";
    return;
  }
  for (const Package& package : packages()) {
    std::vector<fs::path> needed = package.beside;
    needed.push_back(package.path);
    const bool here = std::all_of(needed.begin(), needed.end(),
                                  [](const fs::path& path) { return fs::exists(path); });
    if (here) {
      compare_all(package);
    } else {
      std::cout << "skipped: snapshots of " << package.name << ", the package is not here\n";
    }
  }
}
