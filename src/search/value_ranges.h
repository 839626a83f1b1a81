// Dates, numbers and their precision as ranges, for what is stored and for what is asked.
// https://hl7.org/fhir/R4/search.html#date https://hl7.org/fhir/R4/search.html#number
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "fhir/base/date_time.h"
#include "fhir/model/element.h"

namespace server::search {

inline constexpr std::int64_t k_open_low_ms = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t k_open_high_ms = std::numeric_limits<std::int64_t>::max();

/// A closed range of numbers; an open end is infinite.
struct NumberRange {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

/// The instants of a date, dateTime or instant as written; without a zone it is taken as UTC.
std::optional<fhir::Instants> instants_of(std::string_view text);

/// The span of a Period: from the start of `start` to the end of `end`; nothing when it has
/// neither.
std::optional<fhir::Instants> instants_of_period(const fhir::Element& period);

/// The span from the first to the last of a Timing's events, or its repeat's boundsPeriod.
std::optional<fhir::Instants> instants_of_timing(const fhir::Element& timing);

/// A number as the double nearest to it; nothing when it is no JSON number.
std::optional<double> parse_number(std::string_view text);

/// A number of a query: the value, and the half-open range that its written digits stand for.
struct WrittenNumber {
  double value = 0;
  double low = 0;
  double high = 0;
};

/// "When a number search is used on a resource, the implicit precision is used": 100 stands for
/// [99.5, 100.5), 100.00 for [99.995, 100.005), 1e2 for [95, 105).
std::optional<WrittenNumber> parse_written_number(std::string_view text);

/// The span of a Range's low and high; nothing when it has neither.
std::optional<NumberRange> range_of(const fhir::Element& range);

}  // namespace server::search
