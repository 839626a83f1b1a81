// Units in words: `(meter ^ 3) * (kilogram ^ -1)`.
#pragma once

#include <string>

#include "terminology/ucum/expression.h"

namespace terminology::ucum {

/// The unity, of no component, is `(unity)`.
std::string display_of(const Term& term);

}  // namespace terminology::ucum
