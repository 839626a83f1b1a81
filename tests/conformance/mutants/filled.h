// A resource that has every element of its definition once, for the elements that no official
// example has. Its values are of the right type; it need not be valid as a whole.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "facts.h"

namespace mutants {

enum class DataTypes { as_short_as_can_be, whole };

/// variant   which of the types of each choice; the first again after the last
/// returns   JSON
std::string filled(Facts& facts, std::string_view type, std::size_t variant, DataTypes data_types);

/// How many variants there are: the most types that a choice of the resource itself has.
std::size_t variants_of(Facts& facts, std::string_view type);

}  // namespace mutants
