// What an expression constraint may cost.
#pragma once

#include <cstddef>

namespace terminology::ecl {

inline constexpr std::size_t k_text_bytes_max = 64u << 10;
inline constexpr std::size_t k_depth_max = 60;      // brackets inside one another
inline constexpr std::size_t k_dialects_max = 200;  // that one filter names
/// One visited concept, relationship, description or member each: seconds, at the worst.
inline constexpr std::size_t k_steps_max = 400'000'000;

}  // namespace terminology::ecl
