// RFC 2104: who has not the key makes no code, and none for another text.
#include "src/security/seal.h"

#include <doctest/doctest.h>

#include "src/security/secrets.h"

using server::security::Seal;

TEST_CASE("a sealed text is opened by its own key for its own purpose only") {
  const Seal seal(server::security::random_bytes(32));
  for (const std::string& text : {std::string(), std::string("a"), std::string(3000, '\xff')}) {
    const std::string sealed = seal.close(text, "page");
    CHECK(seal.open(sealed, "page") == text);
    CHECK_FALSE(seal.open(sealed, "pag"));
    CHECK_FALSE(Seal(server::security::random_bytes(32)).open(sealed, "page"));
  }
  // What one purpose ends with is not what the text of another begins with.
  CHECK_FALSE(seal.open(seal.close("ba", "a"), "ab"));
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
