// A value of each primitive type, and one that its pattern or range forbids.
// https://hl7.org/fhir/R4/datatypes.html
#pragma once

#include <string_view>

namespace mutants {

struct PrimitiveSample {
  std::string_view good;  // JSON
  std::string_view bad;   // JSON; empty: nothing of the right kind is bad
};

/// Of a type that is not known, any text.
PrimitiveSample primitive_sample(std::string_view type);

}  // namespace mutants
