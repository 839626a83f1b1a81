#include "src/security/secret_table.h"

#include <xxhash.h>

#include <cstdint>
#include <cstring>

namespace server::security {
namespace {

std::uint64_t drawn_seed() {
  std::uint64_t seed = 0;
  const std::string bytes = random_bytes(sizeof seed);
  std::memcpy(&seed, bytes.data(), sizeof seed);
  return seed;
}

}  // namespace

std::size_t SecretHash::operator()(std::string_view secret) const {
  static const std::uint64_t seed = drawn_seed();
  return XXH3_64bits_withSeed(secret.data(), secret.size(), seed);
}

}  // namespace server::security
