// The named limits of patches.
#pragma once

#include <cstddef>

namespace fhir::patch {

inline constexpr std::size_t k_operations_max = 10'000;  // of one patch
inline constexpr std::size_t k_patched_bytes_max = 256u
                                                   << 20;    // arena of all its intermediate trees
inline constexpr std::size_t k_pointer_tokens_max = 200;     // segments of a path
inline constexpr std::size_t k_added_nodes_max = 4'000'000;  // values added by one patch
inline constexpr std::size_t k_part_depth_max = 64;          // parts in parts of a value

}  // namespace fhir::patch
