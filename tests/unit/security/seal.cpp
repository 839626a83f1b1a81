// RFC 5297: who has not the key reads nothing, makes nothing, and changes nothing unseen.
#include "src/security/seal.h"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "src/security/secrets.h"

using server::security::Seal;

TEST_CASE("a sealed text is opened by its own secret for its own purpose only") {
  const std::string secret = server::security::random_bytes(32);
  const Seal seal(secret);
  for (const std::string& text :
       {std::string("a"), std::string("\0b", 2), std::string(3000, '\xff')}) {
    const std::string sealed = seal.close(text, "page");
    CHECK(seal.open(sealed, "page") == text);
    CHECK(Seal(secret).open(sealed, "page") == text);  // the server was started again
    CHECK_FALSE(seal.open(sealed, "pag"));
    CHECK_FALSE(Seal(server::security::random_bytes(32)).open(sealed, "page"));
  }
  CHECK_FALSE(seal.open(seal.close("ba", "a"), "ab"));
}

TEST_CASE("nothing of a sealed text can be read, and one byte more of it is one byte more") {
  const Seal seal(std::string(32, 'k'));
  const std::string sealed = seal.close("Featherstonehaugh", "page");
  const auto bytes = server::security::from_base64url(sealed);
  REQUIRE(bytes);
  CHECK(bytes->find("eather") == std::string::npos);
  CHECK(bytes->size() == 1 + 16 + std::string("Featherstonehaugh").size());
  CHECK(bytes->front() == 1);  // names the key
  // Two texts differ all over, tag and rest: the nonce is made of the text.
  const auto other = server::security::from_base64url(seal.close("Featherstonehaugi", "page"));
  std::size_t same = 0;
  for (std::size_t at = 1; at < bytes->size(); ++at) same += (*bytes)[at] == (*other)[at] ? 1 : 0;
  CHECK(same < 6);
  CHECK(seal.close("Featherstonehaugh", "page") == sealed);
  CHECK(seal.close("Featherstonehaugh", "book") != sealed);
}

TEST_CASE("a sealed text that was changed or cut anywhere is refused") {
  const Seal seal(std::string(32, 'k'));
  const std::string sealed = seal.close("page 7", "page");
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    std::string changed = sealed;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    CHECK_FALSE(seal.open(changed, "page"));
    CHECK_FALSE(seal.open(sealed.substr(0, at), "page"));
  }
}

TEST_CASE("a seal serves many threads at once") {
  const Seal seal(std::string(32, 'k'));
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int at = 0; at < 500; ++at) {
        const std::string text = std::to_string(thread) + "/" + std::to_string(at);
        if (seal.open(seal.close(text, "page"), "page") != text)
          ++wrong[static_cast<std::size_t>(thread)];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4, 0));
}
