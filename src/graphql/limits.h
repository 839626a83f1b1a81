// What a GraphQL request may cost. Passing a limit is a clean error of the request.
#pragma once

#include <cstddef>
#include <cstdint>

namespace server::graphql {

inline constexpr std::size_t k_document_bytes_max = 256u << 10;
inline constexpr std::size_t k_selection_depth_max = 40;  // nested selection sets, fragments too
inline constexpr std::size_t k_value_depth_max = 10;      // lists and objects in each other
inline constexpr std::size_t k_nodes_max = 10'000;        // selections, arguments, values
inline constexpr std::size_t k_validation_steps_max = 100'000;
inline constexpr std::size_t k_execution_steps_max = 3'000'000;  // selections looked at
inline constexpr std::size_t k_argument_bytes_max =
    128u << 20;                                  // of all arguments, variables in their places
inline constexpr std::size_t k_errors_max = 50;  // told at once
inline constexpr std::size_t k_resources_max = 5'000;  // fetched for one request
inline constexpr std::size_t k_resource_bytes_max =
    32u << 20;  // of them together, eight times so much in memory
inline constexpr std::size_t k_searches_max = 1'000;
inline constexpr std::size_t k_output_values_max = 1'000'000;
inline constexpr std::size_t k_output_bytes_max = 64u << 20;
inline constexpr std::size_t k_keys_max = 2'000;           // of one object of the answer
inline constexpr std::size_t k_expressions_max = 100;      // different FHIRPath expressions
inline constexpr std::uint32_t k_page_default = 50;        // edges of a connection
inline constexpr std::size_t k_pages_remembered_max = 32;  // how far `previous` leads back

}  // namespace server::graphql
