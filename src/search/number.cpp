// Numbers: exact in a resource, with their implicit precision in a query.
// https://hl7.org/fhir/R4/search.html#number
#include <cmath>

#include "src/search/escape.h"
#include "src/search/index_value.h"
#include "src/search/operand.h"
#include "src/search/value_ranges.h"

namespace server::search {

void index_number(const fhir::Element& value, Parameter parameter, IndexRows& rows) {
  if (value.type == nullptr) return;
  if (value.is_primitive()) {
    if (const auto number = parse_number(value.text())) {
      rows.numbers.push_back({parameter, *number, *number});
    }
  } else if (value.type->name == "Range") {
    if (const auto range = range_of(value)) {
      rows.numbers.push_back({parameter, range->low, range->high});
    }
  }
}

fhir::Result<Operand> parse_number_operand(std::string_view text) {
  Operand operand;
  operand.prefix = take_prefix(text);
  const auto number = parse_written_number(unescape(text));
  if (!number) return bad_value("a number after an optional prefix");
  operand.number = number->value;
  operand.number_low = number->low;
  operand.number_high = number->high;
  // "the recommended value for the approximation is 10% of the stated value", and never less than
  // its own precision.
  operand.tolerance = std::abs(number->value) / 10;
  return operand;
}

}  // namespace server::search
