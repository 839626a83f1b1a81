// https://hl7.org/fhir/R4/search.html#prefix
#include "src/search/value_ranges.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "fhir/base/decimal.h"

namespace server::search {
namespace {

constexpr int k_exponent_max = 300;  // a double's, with room for the digits

std::optional<int> exponent_of(std::string_view digits) {
  if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
  int exponent = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, exponent);
  if (error != std::errc{} || stop != end || std::abs(exponent) > k_exponent_max) return {};
  return exponent;
}

void widen(std::optional<fhir::Instants>& span, const fhir::Instants& part) {
  if (!span) {
    span = part;
    return;
  }
  span->low = std::min(span->low, part.low);
  span->high = std::max(span->high, part.high);
}

}  // namespace

std::optional<fhir::Instants> instants_of(std::string_view text) {
  const auto written = fhir::DateTime::parse(text);
  if (!written) return {};
  return written->instants();
}

std::optional<fhir::Instants> instants_of_period(const fhir::Element& period) {
  const auto start = instants_of(fhir::child(period, "start").text());
  const auto end = instants_of(fhir::child(period, "end").text());
  if (!start && !end) return {};
  // "if the start is missing, the period has an open start": before everything; the end likewise.
  const fhir::Instants span{start ? start->low : k_open_low_ms, end ? end->high : k_open_high_ms};
  if (span.low >= span.high) return {};
  return span;
}

std::optional<fhir::Instants> instants_of_timing(const fhir::Element& timing) {
  std::optional<fhir::Instants> span;
  fhir::for_each_child_named(timing, "event", fhir::name_hash("event"),
                             [&](const fhir::Element& at) {
                               if (const auto event = instants_of(at.text())) widen(span, *event);
                               return true;
                             });
  const fhir::Element repeat = fhir::child(timing, "repeat");
  const fhir::Element bounds = fhir::child(repeat, "bounds");
  if (bounds.type != nullptr && bounds.type->name == "Period") {
    if (const auto period = instants_of_period(bounds)) widen(span, *period);
  }
  return span;
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || text.empty()) return {};
  const char last = text.back();  // from_chars also reads inf and nan
  if ((last < '0' || last > '9') && last != '.') return {};
  return value;
}

std::optional<WrittenNumber> parse_written_number(std::string_view text) {
  const std::size_t e = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, e);
  int exponent = 0;
  if (e != std::string_view::npos) {
    const auto written = exponent_of(text.substr(e + 1));
    if (!written) return {};
    exponent = *written;
  }
  const auto value = fhir::Decimal::parse(mantissa);
  if (!value || value->digit_count() > k_exponent_max) return {};
  // Five units of the digit after the last one written. R4's table gives 1e2 the range [95, 105):
  // in exponent form the mantissa counts with one digit more.
  const int half_scale = value->scale() + (e == std::string_view::npos ? 1 : 2);
  const fhir::Decimal half = fhir::Decimal::from_parts(5, half_scale);
  const auto scaled = [&](const fhir::Decimal& number) {
    std::string digits = number.to_string();
    if (exponent != 0) digits += "e" + std::to_string(exponent);
    return parse_number(digits);
  };
  const auto exact = scaled(*value), low = scaled(*value - half), high = scaled(*value + half);
  if (!exact || !low || !high) return {};
  // With more digits than a double holds, the ends are the value's neighbours at most.
  return WrittenNumber{*exact, std::min(*low, *exact),
                       std::max(*high, std::nextafter(*exact, HUGE_VAL))};
}

std::optional<NumberRange> range_of(const fhir::Element& range) {
  const auto low = parse_number(fhir::child(fhir::child(range, "low"), "value").text());
  const auto high = parse_number(fhir::child(fhir::child(range, "high"), "value").text());
  if (!low && !high) return {};
  NumberRange span;
  if (low) span.low = *low;
  if (high) span.high = *high;
  if (span.low > span.high) return {};
  return span;
}

}  // namespace server::search
