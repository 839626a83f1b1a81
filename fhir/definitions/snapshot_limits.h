// The named limits of making snapshots. Passing one is a clean error, never a crash.
#pragma once

#include <cstddef>

namespace fhir::definitions {

inline constexpr std::size_t k_element_depth_max = 64;  // parts of an element's path
inline constexpr std::size_t k_differential_elements_max = 5'000;
inline constexpr std::size_t k_snapshot_elements_max = 50'000;  // made on the way to one snapshot
inline constexpr std::size_t k_profile_depth_max = 32;          // structures that need one another
inline constexpr std::size_t k_structures_bytes_max = 64u << 20;    // kept between two snapshots
inline constexpr std::size_t k_structures_bytes_most = 512u << 20;  // needed for one

}  // namespace fhir::definitions
