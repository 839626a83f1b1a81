// Dates as the interval of instants that they cover. https://hl7.org/fhir/R4/search.html#date
#include <algorithm>

#include "src/search/escape.h"
#include "src/search/index_value.h"
#include "src/search/operand.h"
#include "src/search/value_ranges.h"

namespace server::search {
namespace {

constexpr std::size_t k_fraction_digits_max = 9;

// The digits of a second's fraction.
std::string_view fraction_of(std::string_view written) {
  const std::size_t dot = written.find('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view rest = written.substr(dot + 1);
  return rest.substr(0, rest.find_first_not_of("0123456789"));
}

// Times are kept to the millisecond; this one lies between two of them.
bool is_between_milliseconds(std::string_view written) {
  const std::string_view fraction = fraction_of(written);
  return fraction.size() > 3 && fraction.find_first_not_of('0', 3) != std::string_view::npos;
}

// A time between two milliseconds is a point within the first: no span, so that it is told from
// the millisecond itself.
std::optional<fhir::Instants> span_of(const fhir::Element& value) {
  if (value.is_primitive()) {
    auto span = instants_of(value.text());
    if (span && is_between_milliseconds(value.text())) span->high = span->low;
    return span;
  }
  if (value.type->name == "Period") return instants_of_period(value);
  if (value.type->name == "Timing") return instants_of_timing(value);
  return {};
}

}  // namespace

void index_date(const fhir::Element& value, Parameter parameter, IndexRows& rows) {
  if (value.type == nullptr) return;
  if (const auto span = span_of(value)) rows.dates.push_back({parameter, span->low, span->high});
}

fhir::Result<Operand> parse_date(std::string_view text) {
  Operand operand;
  operand.prefix = take_prefix(text);
  std::string written = unescape(text);
  // A `+` of a zone that was sent without its escape has become a space.
  std::replace(written.begin(), written.end(), ' ', '+');
  const auto span = instants_of(written);
  // "the minutes SHALL be present if an hour is present"
  const std::size_t time = written.find('T');
  const bool has_minutes = time == std::string::npos || written.find(':', time) == time + 3;
  if (!span || !has_minutes || fraction_of(written).size() > k_fraction_digits_max) {
    return bad_value(
        "a date as YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm[:ss[.fff]] with `Z` or "
        "an offset, after an optional prefix");
  }
  operand.low = span->low;
  operand.high = span->high;
  // It comes after the millisecond that it lies in, and is a point: but for those that are kept as
  // points in the same one, nothing is in it, and what begins at the next is after it.
  if (is_between_milliseconds(written)) operand.low = operand.high = span->low + 1;
  return operand;
}

}  // namespace server::search
