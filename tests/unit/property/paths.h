// The expressions of search parameters, run by the FHIRPath engine as they are written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/property/evaluator.h"

namespace property_test {

/// What `expression` leads to from `context`. `where(resolve() is Type)` is answered from the
/// reference itself: nothing is fetched.
Found evaluate(const Place& place, const fhir::Element& context, std::string_view expression);

}  // namespace property_test
