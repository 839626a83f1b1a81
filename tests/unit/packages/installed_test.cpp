// The folder of packages: what counts as installed, and what may be removed.
#include <filesystem>
#include <fstream>

#include "fixture.h"

using namespace packages_test;
using namespace server::packages;
using fhir::IssueType;

namespace {

struct Shelf {
  Folder folder;
  Installed installed{folder / "packages"};

  void add(const std::string& name, const std::string& version,
           const packages_test::Dependencies& dependencies = {}) {
    const auto staging = installed.staging_folder();
    REQUIRE(staging);
    const std::string bytes = tgz({manifest(name, version, dependencies)});
    write(*staging + "/1.tgz", bytes);
    REQUIRE(installed.add(
        {{{name, version, integrity_of(bytes), "test", dependencies}, *staging + "/1.tgz"}}));
  }

  std::vector<Package> list() const {
    const auto listed = installed.list();
    REQUIRE(listed);
    return *listed;
  }
};

}  // namespace

TEST_CASE("a folder that is not there has no packages") {
  const Folder folder;
  const Installed none(folder / "absent");
  REQUIRE(none.list());
  CHECK(none.list()->empty());
  CHECK(none.remove({"a.b", "1.0.0", "", "", {}}, false).error().type == IssueType::not_found);
}

TEST_CASE("versions of a package stand beside each other, the newest is found") {
  Shelf shelf;
  shelf.add("a.b", "1.9.0");
  shelf.add("a.b", "1.10.0");
  shelf.add("a.b", "2.0.0-draft");
  const auto list = shelf.list();
  REQUIRE(list.size() == 3);
  CHECK(Installed::find(list, "a.b", "1.x")->version == "1.10.0");
  CHECK(Installed::find(list, "a.b", "1.9.0")->version == "1.9.0");
  CHECK(Installed::find(list, "a.b", "3.0.0") == nullptr);
  CHECK(Installed::find(list, "a", "") == nullptr);
}

TEST_CASE("a package that others depend on is removed by force alone") {
  Shelf shelf;
  shelf.add("a.b", "1.0.0");
  shelf.add("c.d", "1.0.0", {{"a.b", "1.x"}});
  const Package needed = shelf.list()[0], needing = shelf.list()[1];
  const auto refused = shelf.installed.remove(needed, false);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().type == IssueType::conflict);
  CHECK(refused.error().diagnostics.find("c.d@1.0.0") != std::string::npos);
  // Another version that its dependency asks for takes its place.
  shelf.add("a.b", "1.1.0");
  CHECK(shelf.installed.remove(needed, false));
  CHECK_FALSE(std::filesystem::exists(shelf.installed.file_of(needed)));
  CHECK(shelf.installed.remove(*Installed::find(shelf.list(), "a.b", ""), true));
  CHECK(shelf.installed.remove(needing, false));
  CHECK(shelf.list().empty());
  CHECK(shelf.installed.remove(needing, false).error().type == IssueType::not_found);
}

TEST_CASE("a file that changed since it was installed is told and not handed out") {
  Shelf shelf;
  shelf.add("a.b", "1.0.0");
  shelf.add("c.d", "1.0.0", {{"a.b", "1.0.0"}});
  const auto list = shelf.list();
  const auto files = shelf.installed.files_with_dependencies(list, std::vector{&list[1]});
  REQUIRE(files);
  // What others stand on comes before them.
  CHECK(*files == std::vector<std::string>{shelf.installed.file_of(list[0]),
                                           shelf.installed.file_of(list[1])});
  std::ofstream(shelf.installed.file_of(list[0]), std::ios::app) << "x";
  CHECK(shelf.installed.verify(list[0]).error().type == IssueType::invalid);
  CHECK_FALSE(shelf.installed.files_with_dependencies(list, std::vector{&list[1]}));
}

TEST_CASE("a damaged list is an error, never a package less") {
  Shelf shelf;
  shelf.add("a.b", "1.0.0");
  const std::string file = shelf.folder / "packages/installed/packages.json";
  const std::string good = read(file);
  for (const std::string& bad :
       {std::string(), good.substr(0, good.size() / 2), std::string("{}"),
        std::string(R"({"packages":[{"name":"../../x","version":"1"}]})")}) {
    write(file, bad);
    const auto list = shelf.installed.list();
    REQUIRE_FALSE(list);
    CHECK(list.error().type == IssueType::invalid);
  }
}

TEST_CASE("what was laid by hand is found, what was installed is not among it") {
  Shelf shelf;
  shelf.add("a.b", "1.0.0");
  for (const char* name : {"z.tgz", "profile.json", "profile.xml", "notes.txt", ".hidden.json"})
    write(shelf.folder / (std::string("packages/") + name), "x");
  std::filesystem::create_directory(shelf.folder / "packages/unpacked");
  const auto found = shelf.installed.laid_by_hand();
  REQUIRE(found);
  std::vector<std::string> names;
  for (const std::string& path : *found)
    names.push_back(std::filesystem::path(path).filename().string());
  CHECK(names == std::vector<std::string>{"profile.json", "profile.xml", "unpacked", "z.tgz"});
}

TEST_CASE("what is asked for is a name and perhaps a version, and can be no path") {
  CHECK(parse_wanted("a.b")->range.empty());
  CHECK(parse_wanted("a.b@1.x")->range == "1.x");
  CHECK(parse_wanted("a.b#1.0.0")->name == "a.b");
  for (const char* bad : {"", "@1.0.0", "a.b@", "../a@1", "a b", "a.b@1/2", "a.b@.."})
    CHECK_FALSE(parse_wanted(bad));
}
