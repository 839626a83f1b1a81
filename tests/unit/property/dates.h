// Dates by the letter of https://hl7.org/fhir/R4/search.html#date and #prefix, for comparison only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/model/element.h"

namespace property_test {

/// Milliseconds from 1970 in UTC: of its first moment, and of the first one after it.
struct Interval {
  std::int64_t low, high;
};

/// "Where a timezone is not specified, the timezone of the server": that is UTC here.
std::optional<Interval> interval_of(std::string_view text);

/// Of a date, dateTime, instant, Period or Timing.
std::optional<Interval> interval_of(const fhir::Element& value);

bool is_date_match(const std::string& prefix, std::string_view asked, const Interval& target,
                   std::int64_t now);

}  // namespace property_test
