// Numbers and quantities by the letter of https://hl7.org/fhir/R4/search.html#number and #quantity,
// in exact decimals; for comparison only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fhir/base/decimal.h"
#include "fhir/model/element.h"
#include "tests/unit/property/question.h"

namespace property_test {

/// One side of what a number may be; without a value it is open to infinity.
struct End {
  std::optional<fhir::Decimal> value;
  bool is_excluded = false;  // `<5` is any number below 5, but not 5
};

/// All that a number in a resource may be: one, or a range.
struct Span {
  End low, high;
};

struct Amount {
  Span span;
  std::string system, code, printed;
};

/// Of a decimal or integer, or a Range; nothing when there is no number.
std::optional<Span> span_of(const fhir::Element& value);
/// Of a Quantity or its kinds, Money, Range or SampledData.
std::optional<Amount> amount_of(const fhir::Element& value);

bool is_number_match(const std::string& prefix, const std::string& asked, const Span& target);
/// `asked` is `number` or `number|system|code`.
bool is_quantity_match(const Value& asked, const Amount& target);

}  // namespace property_test
