// The hash by which element names are looked up: made once when a member is read, compared often.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace fhir {

/// 32 bits over the name's bytes. Equal names have equal hashes; the converse needs a comparison.
inline std::uint32_t name_hash(std::string_view name) {
  constexpr std::uint64_t k_prime = 0x9e3779b97f4a7c15ull;
  std::uint64_t state = name.size() * k_prime;
  const char* at = name.data();
  std::size_t left = name.size();
  while (left >= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    state = (state ^ word) * k_prime;
    state ^= state >> 32;
    at += 8;
    left -= 8;
  }
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < left; ++i)
    word |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
  state = (state ^ word) * k_prime;
  return static_cast<std::uint32_t>(state >> 32);
}

}  // namespace fhir
