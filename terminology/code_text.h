// How codes are hashed and compared: one hash serves exact comparison and comparison that ignores
// the case of ASCII letters.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace terminology {

/// Equal codes, and codes that differ in the case of ASCII letters only, have equal hashes.
inline std::uint32_t code_hash(std::string_view code) {
  constexpr std::uint64_t k_prime = 0x9e3779b97f4a7c15ull;
  constexpr std::uint64_t k_case_bits = 0x2020202020202020ull;
  std::uint64_t state = code.size() * k_prime;
  const char* at = code.data();
  std::size_t left = code.size();
  while (left >= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    state = (state ^ (word | k_case_bits)) * k_prime;
    state ^= state >> 32;
    at += 8;
    left -= 8;
  }
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < left; ++i)
    word |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
  state = (state ^ (word | k_case_bits)) * k_prime;
  return static_cast<std::uint32_t>(state >> 32);
}

inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

inline bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

}  // namespace terminology
