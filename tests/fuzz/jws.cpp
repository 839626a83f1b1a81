// Any text as a signed token and as a key set: it may not crash, and whose key is not known here
// has signed nothing.
#include "src/security/jose.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace server::security;
  static const std::string k_keys = jwks_of(std::vector{
      public_key(new_key(Algorithm::es384, "k")), public_key(new_key(Algorithm::rs384, "r"))});
  static const std::string k_token = sign("{}", new_key(Algorithm::es384, "k"));
  constexpr std::array k_all = {Algorithm::rs256, Algorithm::rs384, Algorithm::es384};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (verify(text, k_all, k_keys)) std::abort();
  if (verify(k_token, k_all, text)) std::abort();
  (void)check_jwks(text);
  return 0;
}
