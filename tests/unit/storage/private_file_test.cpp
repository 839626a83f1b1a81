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
