// https://hl7.org/fhir/R4/search.html#prefix https://hl7.org/fhir/R4/search.html#date
#include <algorithm>
#include <limits>

#include "src/storage/sql/criteria.h"

namespace server::storage::sql {
namespace {

using search::Operand;
using search::Prefix;

/// Rows that span more are in a small index of their own (date_long); a row that ends after a point
/// of time thus begins at most this much before it, or is found there.
constexpr std::int64_t k_long_ms = std::int64_t{31} * 24 * 3600 * 1000;

std::int64_t before(std::int64_t time, std::int64_t span) {
  constexpr std::int64_t k_least = std::numeric_limits<std::int64_t>::min();
  return time < k_least + span ? k_least : time - span;
}

/// Where the rows that begin late enough to match start; nothing when the beginning tells nothing.
std::optional<std::int64_t> ends_after(const Operand& operand, std::int64_t now_ms) {
  switch (operand.prefix) {
    case Prefix::gt:
    case Prefix::ge:
      return operand.high;
    case Prefix::ap:
      return approximate(operand, now_ms).low;
    case Prefix::po:
      return operand.low;
    case Prefix::co:
      return operand.high - 1;
    default:
      return {};
  }
}

}  // namespace

/// "the value for the parameter in the resource is approximately the same to the provided value …
/// the recommended value for the approximation is 10% of the stated value (or for a date, 10% of
/// the gap between now and the date)".
Span approximate(const Operand& operand, std::int64_t now_ms) {
  std::int64_t gap = 0;
  if (now_ms < operand.low) gap = operand.low - now_ms;
  if (now_ms > operand.high) gap = now_ms - operand.high;
  const std::int64_t slack = gap / 10;
  constexpr std::int64_t k_greatest = std::numeric_limits<std::int64_t>::max();
  return {before(operand.low, slack),
          operand.high > k_greatest - slack ? k_greatest : operand.high + slack};
}

namespace {

SqlText span_condition(const std::string& low, const std::string& high, const Operand& operand,
                       std::int64_t now_ms) {
  SqlText text;
  switch (operand.prefix) {
    case Prefix::eq:  // the range of the search value fully contains the range of the target value
      (text << low << " >= ").bind(operand.low);
      (text << " AND " << low << " < ").bind(operand.high);
      (text << " AND " << high << " <= ").bind(operand.high);
      break;
    case Prefix::ne:
      (text << "(" << low << " < ").bind(operand.low);
      (text << " OR " << high << " > ").bind(operand.high) << ")";
      break;
    case Prefix::gt:  // the range above the search value intersects the range of the target value
      (text << high << " > ").bind(operand.high);
      break;
    case Prefix::lt:
      (text << low << " < ").bind(operand.low);
      break;
    case Prefix::ge:
      (text << "(" << low << " >= ").bind(operand.low);
      (text << " OR " << high << " > ").bind(operand.high) << ")";
      break;
    case Prefix::le:
      (text << low << " < ").bind(operand.high);
      (text << " AND (" << low << " < ").bind(operand.low);
      (text << " OR " << high << " <= ").bind(operand.high) << ")";
      break;
    case Prefix::sa:
      (text << low << " >= ").bind(operand.high);
      break;
    case Prefix::eb:
      (text << low << " < ").bind(operand.low);
      (text << " AND " << high << " <= ").bind(operand.low);
      break;
    case Prefix::co:  // of `_filter`: the period of the resource includes that of the value
      (text << low << " <= ").bind(operand.low);
      (text << " AND " << high << " >= ").bind(operand.high);
      break;
    case Prefix::po:  // and: "overlaps with the implied period in the value"
      (text << low << " < ").bind(operand.high);
      (text << " AND (" << high << " > ").bind(operand.low);
      (text << " OR " << low << " >= ").bind(operand.low) << ")";  // a point where it begins
      break;
    case Prefix::sw:
    case Prefix::ew:
      return SqlText("1 = 0");  // of texts only
    case Prefix::ap: {
      const Span span = approximate(operand, now_ms);
      (text << low << " < ").bind(span.high);
      (text << " AND (" << high << " > ").bind(span.low);
      (text << " OR " << low << " >= ").bind(span.low) << ")";
      break;
    }
  }
  return text;
}

}  // namespace

/// A value between two milliseconds, asked for as a point after the first, is kept as one at it:
/// which of those comes first is not known, so that all of them count as the same.
SqlText date_condition(const std::string& low, const std::string& high, const Operand& operand,
                       std::int64_t now_ms) {
  SqlText spans = span_condition(low, high, operand, now_ms);
  if (operand.low != operand.high) return spans;
  SqlText same;
  (same << low << " = ").bind(operand.low - 1);
  (same << " AND " << high << " = ").bind(operand.low - 1);
  SqlText text;
  switch (operand.prefix) {
    case Prefix::eq:
      return same;
    case Prefix::ge:
    case Prefix::ap:
    case Prefix::co:
    case Prefix::po:
      return text << "(" << spans << " OR " << same << ")";
    case Prefix::ne:
    case Prefix::lt:
    case Prefix::eb:
      return text << spans << " AND NOT (" << same << ")";
    default:
      return spans;
  }
}

fhir::Result<Condition> CriteriaCompiler::compile_dates(std::int64_t param,
                                                        const Criterion& criterion) {
  if (criterion.modifier != search::Modifier::none) {
    return fhir::unexpected(not_supported(criterion));
  }
  Condition condition;
  const std::int64_t now_ms = catalog_.now_ms();
  for (const Operand& operand : criterion.alternatives) {
    Branch one = branch(IndexKind::date, param);
    const std::string low = alias_of(one) + ".low", high = alias_of(one) + ".high";
    one.where << " AND " << date_condition(low, high, operand, now_ms);
    condition.filter.push_back(one);
    const auto end = ends_after(operand, now_ms);
    if (end) {
      std::int64_t start = before(*end, k_long_ms);
      if (operand.prefix == Prefix::ge) start = std::min(start, operand.low);
      (one.where << " AND " << low << " >= ").bind(start);
    }
    condition.driver.push_back(std::move(one));
    if (end) {
      Branch spanning = branch(IndexKind::date, param);
      const std::string name = alias_of(spanning);
      spanning.where << " AND " << name << ".high - " << name << ".low > 2678400000 AND "
                     << date_condition(name + ".low", name + ".high", operand, now_ms);
      (spanning.where << " AND " << name << ".high > ").bind(*end);
      condition.driver.push_back(std::move(spanning));
    }
  }
  return condition;
}

}  // namespace server::storage::sql
