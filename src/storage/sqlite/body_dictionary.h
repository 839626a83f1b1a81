// The dictionary that bodies are compressed with: what FHIR's JSON is full of.
#pragma once

#include <string_view>

namespace server::storage::sqlite {

/// The number that stored bodies name it by. Another content needs another number.
inline constexpr int k_body_dictionary = 1;

/// Invented resources only, at most 64 KB: a dictionary that was trained on what is stored would
/// keep pieces of resources that are erased.
std::string_view body_dictionary();

}  // namespace server::storage::sqlite
