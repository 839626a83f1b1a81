// A unit expression as it is written: components joined by `.` and `/`, read from left to right.
// https://ucum.org/ucum#section-Grammar-of-Units-and-Unit-Terms
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "terminology/ucum/symbol_table.h"

namespace terminology::ucum {

inline constexpr std::size_t k_unit_bytes_max = 256;  // one expression
inline constexpr int k_unit_depth_max = 16;           // parentheses inside one another
inline constexpr std::size_t k_exponent_digits_max = 3;

struct Component {
  enum class Kind : std::uint8_t { factor, symbol, annotation, group };
  Kind kind = Kind::factor;
  bool is_divisor = false;       // stands after `/`
  int exponent = 1;              // of a symbol
  SymbolTable::Symbol symbol;    // of a symbol
  std::string_view text;         // of a factor: its digits
  std::vector<Component> group;  // in parentheses
};

using Term = std::vector<Component>;

/// text      case-sensitive UCUM; the components hold views of it. Empty: the unity, no component.
/// deviation: an annotation may hold blanks and may follow a `)`, as some units in FHIR's own list
/// do
///           (http://hl7.org/fhir/ValueSet/ucum-common: `g/(8.h){shift}`, `{clock time}`).
/// errors    code-invalid: no unit expression, with the position · too-long, too-costly: past the
///           limits above
fhir::Result<Term> parse_expression(std::string_view text, const SymbolTable& symbols);

}  // namespace terminology::ucum
