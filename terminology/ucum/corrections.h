// Where the package's table of units departs from what UCUM defines.
#pragma once

#include "terminology/ucum/symbol_table.h"

namespace terminology::ucum {

/// Sets the atom right, if it is one of these.
void correct(Atom& atom);

}  // namespace terminology::ucum
