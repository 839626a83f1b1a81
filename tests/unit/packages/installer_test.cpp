// Installing: all that is needed or nothing, and only what was published.
// https://hl7.org/fhir/packages.html
#include <algorithm>
#include <filesystem>

#include "fixture.h"

using namespace packages_test;
using namespace server::packages;
using fhir::IssueType;

namespace {

struct World {
  Folder folder;
  MapFetcher fetcher;
  Installed installed{folder / "packages"};
  Registry registry{std::string(MapFetcher::k_address), fetcher};

  fhir::Result<InstallReport> install(const std::vector<std::string>& wanted,
                                      const InstallOptions& options = {}) {
    return server::packages::install(installed, &registry, wanted, options);
  }

  std::vector<std::string> labels() const {
    std::vector<std::string> out;
    const auto list = installed.list();
    REQUIRE(list);
    for (const Package& package : *list) out.push_back(package.label());
    return out;
  }

  std::string file(const std::string& name, const std::vector<File>& files) const {
    write(folder / name, tgz(files));
    return folder / name;
  }
};

using Labels = std::vector<std::string>;

}  // namespace

TEST_CASE("a package is installed with all that it depends on, and that with what it depends on") {
  World world;
  world.fetcher.publish("a.b", "1.0.0", {{"c.d", "2.0.0"}, {"hl7.fhir.r4.core", "4.0.1"}});
  world.fetcher.publish("c.d", "2.0.0", {{"e.f", "1.x"}});
  world.fetcher.publish("e.f", "1.3.0");
  const auto report = world.install({"a.b@1.0.0"});
  REQUIRE(report);
  CHECK(report->installed == Labels{"a.b@1.0.0", "c.d@2.0.0", "e.f@1.3.0"});
  CHECK(world.labels() == Labels{"a.b@1.0.0", "c.d@2.0.0", "e.f@1.3.0"});
  for (const std::string& url : world.fetcher.fetched)
    CHECK(url.find("core") == std::string::npos);  // the server brings R4 itself
}

TEST_CASE("packages that depend on each other in a circle are each installed once") {
  World world;
  world.fetcher.publish("a.b", "1.0.0", {{"c.d", "1.0.0"}});
  world.fetcher.publish("c.d", "1.0.0", {{"a.b", "1.0.0"}});
  REQUIRE(world.install({"a.b"}));
  CHECK(world.labels() == Labels{"a.b@1.0.0", "c.d@1.0.0"});
  CHECK(world.fetcher.fetched.size() == 2);
  const auto list = world.installed.list();
  const auto files = world.installed.files_with_dependencies(*list, std::vector{&list->front()});
  REQUIRE(files);
  CHECK(files->size() == 2);
}

TEST_CASE("where a dependency is missing nothing is installed") {
  World world;
  world.fetcher.publish("a.b", "1.0.0", {{"c.d", "1.0.0"}});
  const auto report = world.install({"a.b"});
  REQUIRE_FALSE(report);
  CHECK(report.error().type == IssueType::not_found);
  CHECK(report.error().diagnostics.find("a.b@1.0.0") != std::string::npos);
  CHECK(world.labels().empty());
  InstallOptions alone;
  alone.dependencies = server::packages::Dependencies::leave;
  REQUIRE(world.install({"a.b"}, alone));
  CHECK(world.labels() == Labels{"a.b@1.0.0"});
}

TEST_CASE("what is there already is not fetched again") {
  World world;
  world.fetcher.publish("a.b", "1.0.0");
  REQUIRE(world.install({"a.b@1.0.0"}));
  const auto again = world.install({"a.b@1.0.0"});
  REQUIRE(again);
  CHECK(again->installed.empty());
  CHECK(again->present == Labels{"a.b@1.0.0"});
  CHECK(world.fetcher.fetched.size() == 1);
}

TEST_CASE("a file that is not the published one is refused, and leaves nothing") {
  World world;
  world.fetcher.publish("a.b", "1.0.0");
  world.fetcher.replace("a.b", "1.0.0", tgz({manifest("a.b", "1.0.0"), {"package/x.json", "{}"}}));
  const auto report = world.install({"a.b"});
  REQUIRE_FALSE(report);
  CHECK(report.error().type == IssueType::security);
  CHECK(world.labels().empty());
  for (const auto& left : std::filesystem::directory_iterator(world.folder / "packages/installed"))
    CHECK_FALSE(left.is_directory());  // what was staged is gone
}

TEST_CASE("an archive with an entry that leaves its folder, or is no file, is refused") {
  World world;
  const std::vector<File> bad = {{"package/../../x.json", "{}"},
                                 {"../x.json", "{}"},
                                 {"/package/x.json", "{}"},
                                 {"package\\..\\x.json", "{}"},
                                 {"package/x.json", "/etc/passwd", Entry::symbolic_link},
                                 {"package/x.json", "package/package.json", Entry::hard_link}};
  for (const File& file : bad) {
    CAPTURE(file.name);
    const auto report = world.install({world.file("bad.tgz", {manifest("a.b", "1.0.0"), file})});
    REQUIRE_FALSE(report);
    CHECK(report.error().type == IssueType::security);
  }
  CHECK(world.labels().empty());
}

TEST_CASE("a package of another version of FHIR, without a name, or cut short is refused") {
  World world;
  const auto type_of = [&](const std::string& file) {
    const auto report = world.install({file});
    REQUIRE_FALSE(report);
    return report.error().type;
  };
  CHECK(type_of(world.file("r5.tgz", {manifest("a.b", "1.0.0", {}, "5.0.0")})) ==
        IssueType::not_supported);
  CHECK(type_of(world.file("none.tgz", {{"package/x.json", "{}"}})) == IssueType::invalid);
  CHECK(type_of(world.file("name.tgz", {manifest("../a", "1.0.0")})) == IssueType::invalid);
  const std::string whole =
      tgz({manifest("a.b", "1.0.0"), {"package/x.json", std::string(9000, ' ')}});
  write(world.folder / "cut.tgz", whole.substr(0, whole.size() / 2));
  CHECK(type_of(world.folder / "cut.tgz") == IssueType::structure);
  CHECK(type_of(world.folder / "absent.tgz") == IssueType::not_found);
}

TEST_CASE(
    "files given together are each other's dependencies; without a registry others are asked for") {
  World world;
  const std::string a = world.file("a.tgz", {manifest("a.b", "1.0.0", {{"c.d", "1.0.0"}})});
  const std::string c = world.file("c.tgz", {manifest("c.d", "1.0.0")});
  const auto alone = install(world.installed, nullptr, {a}, {});
  REQUIRE_FALSE(alone);
  CHECK(alone.error().type == IssueType::required);
  REQUIRE(install(world.installed, nullptr, {a, c}, {}));
  CHECK(world.labels() == Labels{"a.b@1.0.0", "c.d@1.0.0"});
}
