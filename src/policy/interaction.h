// What a rule of a role may allow. https://hl7.org/fhir/R4/http.html
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace server::policy {

enum Interaction : std::uint8_t {
  interaction_read = 1,
  interaction_vread = 2,
  interaction_search = 4,
  interaction_history = 8,
  interaction_create = 16,
  interaction_update = 32,
  interaction_patch = 64,
  interaction_delete = 128
};
using Interactions = std::uint8_t;

/// By their names in the CapabilityStatement.
inline constexpr std::array<std::pair<std::string_view, Interaction>, 8> k_interactions = {{
    {"read", interaction_read},
    {"vread", interaction_vread},
    {"search", interaction_search},
    {"history", interaction_history},
    {"create", interaction_create},
    {"update", interaction_update},
    {"patch", interaction_patch},
    {"delete", interaction_delete},
}};

/// Those that show what is stored.
inline constexpr Interactions k_reading =
    interaction_read | interaction_vread | interaction_search | interaction_history;

}  // namespace server::policy
