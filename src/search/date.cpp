// Dates as the interval of instants that they cover. https://hl7.org/fhir/R4/search.html#date
#include <algorithm>

#include "src/search/escape.h"
#include "src/search/index_value.h"
#include "src/search/operand.h"
#include "src/search/value_ranges.h"

namespace server::search {
namespace {

std::optional<fhir::Instants> span_of(const fhir::Element& value) {
  if (value.is_primitive()) return instants_of(value.text());
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
  if (!span) {
    return bad_value(
        "a date as YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm[:ss[.fff]] with `Z` or "
        "an offset, after an optional prefix");
  }
  operand.low = span->low;
  operand.high = span->high;
  return operand;
}

}  // namespace server::search
