// Whoever else has an account on the machine reads nothing of a patient's in the data folder.
#include <doctest/doctest.h>

#include "tests/unit/storage/random_world.h"

using namespace storage_test;

namespace {

std::filesystem::perms mode_of(const std::filesystem::path& file) {
  return std::filesystem::status(file).permissions();
}

constexpr auto k_owner_only =
    std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;

}  // namespace

TEST_CASE("only its owner may read the database and its log") {
  const Folder folder;
  const auto store = open_store(options_for(folder));
  REQUIRE(store->write({put("Patient", "a")}));
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    CHECK_MESSAGE(mode_of(entry.path()) == k_owner_only, entry.path().filename().string());
    ++files;
  }
  CHECK(files >= 3);  // the file, its log, its shared memory
}

TEST_CASE("a database that others could read is made private when it is opened") {
  const Folder folder;
  open_store(options_for(folder)).reset();
  std::filesystem::permissions(folder.path() / "medisync.db",
                               k_owner_only | std::filesystem::perms::others_read);
  const auto store = open_store(options_for(folder));
  CHECK(mode_of(folder.path() / "medisync.db") == k_owner_only);
}

TEST_CASE("the log that a killed server left readable is made private when it is opened") {
  const Folder folder, other;
  std::vector<std::filesystem::path> left;
  {
    const auto store = open_store(options_for(folder));
    REQUIRE(store->write({put("Patient", "a")}));
    // What a killed process leaves: the files as they are while the store is open.
    for (const char* name : {"medisync.db", "medisync.db-wal", "medisync.db-shm"}) {
      left.push_back(other.path() / name);
      std::filesystem::copy_file(folder.path() / name, left.back());
      std::filesystem::permissions(left.back(), k_owner_only | std::filesystem::perms::others_read |
                                                    std::filesystem::perms::group_read);
    }
  }
  const auto store = open_store(options_for(other));
  for (const auto& file : left) CHECK_MESSAGE(mode_of(file) == k_owner_only, file.string());
  CHECK(reader_of(*store)->read("Patient", "a"));
}
