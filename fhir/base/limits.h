// The named limits of the library. Passing one is a clean error, never a crash.
#pragma once

#include <cstddef>

namespace fhir {

inline constexpr std::size_t k_json_depth_max = 200;              // nested objects and arrays
inline constexpr std::size_t k_json_bytes_max = 256u << 20;       // one document
inline constexpr std::size_t k_read_faults_max = 100;             // that a reading goes on after
inline constexpr std::size_t k_issues_max = 500;                  // issues in one answer
inline constexpr std::size_t k_expression_bytes_max = 64u << 10;  // one FHIRPath expression
inline constexpr std::size_t k_expression_depth_max = 200;        // nesting inside one expression
inline constexpr std::size_t k_collection_items_max = 1'000'000;  // one FHIRPath collection

}  // namespace fhir
