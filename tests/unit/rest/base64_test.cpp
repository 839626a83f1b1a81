// RFC 4648 section 10
#include "src/rest/base64.h"

#include <doctest/doctest.h>

using server::rest::from_base64;
using server::rest::to_base64;

TEST_CASE("base64 of each length, both ways") {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(to_base64(bytes) == text);
    CHECK(from_base64(text) == bytes);
  }
  CHECK(from_base64(" Zm9v\nYg == ") == "foob");
}

TEST_CASE("what is no base64 is refused") {
  for (const char* text : {"Z", "Zg=", "Z===", "Zm9v=", "Zm9*", "Zg==Zg==", "===="})
    CHECK_MESSAGE(!from_base64(text), text);
}
