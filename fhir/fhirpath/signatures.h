// What each function takes and yields, as far as a table can say it; analysis.cpp knows the rest.
#pragma once

#include <array>
#include <string_view>

#include "fhir/fhirpath/static_type.h"

namespace fhir::fhirpath {

enum class Yields : std::uint8_t {
  special,    // known to the analysis alone
  input,      // items of the input
  one_input,  // one of them
  boolean,
  integer,
  decimal,
  string,
  strings,
  date,
  date_time,
  time,
  quantity,
  number,  // integer, decimal or quantity, as the input
  anything,
};

struct Signature {
  std::string_view function;
  Categories input = k_any;
  Yields yields = Yields::special;
  std::array<Categories, 3> arguments = {k_any, k_any, k_any};
  bool needs_order = false;  // picks items by their position
};

/// Null when the table says nothing of the function.
const Signature* find_signature(std::string_view function);

}  // namespace fhir::fhirpath
