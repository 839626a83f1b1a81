// Random resources: few of each type, with everything that a search parameter looks at sometimes
// there, sometimes not, sometimes twice.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tests/unit/property/dice.h"
#include "tests/unit/property/tree.h"

namespace property_test {

/// The types of which there are resources.
std::span<const std::string_view> resource_types();

/// A resource of that type with that id.
Tree some_resource(std::string_view type, std::string_view id, Dice& dice);

}  // namespace property_test
