#include "src/security/secrets.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "src/security/password.h"
#include "src/security/vault.h"

using namespace server::security;

namespace {

/// A folder that goes away with the test.
struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("security-" + random_token().substr(0, 12));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

const PasswordCost k_cheap{64, 1};

}  // namespace

TEST_CASE("base64url is written without padding and read back") {
  const std::string bytes("\x00\xff\x10\x80zz", 6);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const std::string part = bytes.substr(0, size);
    CHECK(from_base64url(to_base64url(part)) == part);
  }
  CHECK(to_base64url("\xfb\xff") == "-_8");
  CHECK_FALSE(from_base64url("-_8="));
  CHECK_FALSE(from_base64url("-_9"));  // a bit that no byte has
  CHECK_FALSE(from_base64url("a"));
  CHECK_FALSE(from_base64url("a+bc"));
}

TEST_CASE("the credentials of HTTP Basic are padded base64") {
  CHECK(from_base64("YXBwOnNlY3JldA==") == "app:secret");
  CHECK_FALSE(from_base64("YXBwOnNlY3JldA"));
  CHECK_FALSE(from_base64("YXBw===="));
}

TEST_CASE("a token has 256 bits, and none comes twice") {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) seen.insert(random_token());
  CHECK(seen.size() == 200);
  CHECK(from_base64url(*seen.begin())->size() == 32);
}

TEST_CASE("what is kept of a token is its SHA-256") {
  CHECK(token_hash("abc") == "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
}

TEST_CASE("texts are equal when every byte is") {
  CHECK(equal_in_constant_time("abc", "abc"));
  CHECK_FALSE(equal_in_constant_time("abc", "abd"));
  CHECK_FALSE(equal_in_constant_time("abc", "abcd"));
}

TEST_CASE("a password is hashed by Argon2id under a salt of its own") {
  const std::string hash = hash_password("correct horse", k_cheap);
  CHECK(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
  CHECK(hash != hash_password("correct horse", k_cheap));
  CHECK(is_password("correct horse", hash));
  CHECK_FALSE(is_password("correct horse ", hash));
  CHECK_FALSE(is_password("", hash));
  CHECK_FALSE(is_password("correct horse", "correct horse"));
  CHECK_FALSE(is_password(std::string(2000, 'x'), hash));
  CHECK_THROWS(hash_password(std::string(2000, 'x'), k_cheap));
}

TEST_CASE("the vault opens what it sealed, for the same place only") {
  const Vault vault(random_bytes(32));
  const std::string sealed = vault.seal("a private key", "signing-key/1");
  CHECK(vault.open_sealed(sealed, "signing-key/1") == "a private key");
  CHECK(vault.seal("a private key", "signing-key/1") != sealed);
  CHECK_FALSE(vault.open_sealed(sealed, "signing-key/2"));
  CHECK_FALSE(Vault(random_bytes(32)).open_sealed(sealed, "signing-key/1"));
  CHECK_FALSE(vault.open_sealed("", "signing-key/1"));
  std::string changed = sealed;
  changed[20] = changed[20] == 'A' ? 'B' : 'A';
  CHECK_FALSE(vault.open_sealed(changed, "signing-key/1"));
}

TEST_CASE("the key file is made for its owner alone, and refused when others may read it") {
  const Folder folder;
  const auto file = folder.path / "auth.key";
  const auto first = Vault::open(file);
  REQUIRE(first);
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const auto second = Vault::open(file);
  REQUIRE(second);
  CHECK(second->open_sealed(first->seal("x", "p"), "p") == "x");
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  const auto third = Vault::open(file);
  REQUIRE_FALSE(third);
  CHECK(third.error().type == fhir::IssueType::security);
}

TEST_CASE("a key file that holds no key is refused") {
  const Folder folder;
  const auto file = folder.path / "auth.key";
  std::ofstream(file) << "secret\n";
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  CHECK_FALSE(Vault::open(file));
  CHECK_FALSE(Vault::open(folder.path / "nowhere" / "auth.key"));
}
