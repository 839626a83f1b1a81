// https://hl7.org/fhir/R4/search.html#prefix
#include "src/search/row_query.h"

#include <array>
#include <charconv>
#include <cmath>

#include "fhir/base/date_time.h"
#include "src/search/canonical_unit.h"
#include "src/search/escape.h"
#include "src/search/value_ranges.h"

namespace server::search {
namespace {

using fhir::SearchParameterType;

std::string code_of(Parameter parameter) { return std::string(parameter->code); }

std::string token_value(std::string_view system, std::string_view code) {
  return escape(system) + "|" + escape(code);
}

// The date whose precision covers just [low, high): a year, a month … a millisecond.
std::string date_value(std::int64_t low, std::int64_t high) {
  if (low == k_open_low_ms) return "le" + fhir::format_instant(high - 1);
  const std::string instant = fhir::format_instant(low);  // 2026-01-31T23:59:59.123Z
  constexpr std::array<std::size_t, 8> k_lengths = {4, 7, 10, 16, 19, 21, 22, 23};
  for (const std::size_t length : k_lengths) {
    std::string text = instant.substr(0, length);
    if (length > 10) text += "Z";
    const auto span = instants_of(text);
    if (span && span->low == low && span->high == high) return text;
  }
  return "ge" + instant;
}

std::string number_text(double value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return std::string(digits.data(), end);
}

std::string number_value(double low, double high) {
  if (low == high) return number_text(low);
  return std::isinf(low) ? "le" + number_text(high) : "ge" + number_text(low);
}

std::string quantity_value(const std::string& system, const std::string& code, double low,
                           double high) {
  std::string value = number_value(low, high);
  if (system == k_canonical_units) return value + "|" + token_value(fhir::k_ucum_system, code);
  if (!system.empty() || !code.empty()) value += "|" + token_value(system, code);
  return value;
}

std::string part_value(const CompositeRow::Part& part, SearchParameterType type) {
  switch (type) {
    case SearchParameterType::token:
      return token_value(part.system, part.text);
    case SearchParameterType::quantity:
      return quantity_value(part.system, part.text, part.low, part.high);
    case SearchParameterType::number:
      return number_value(part.low, part.high);
    case SearchParameterType::date: {
      // 2^63 cannot be turned back into an integer; only the open end is as great.
      const bool is_open = part.high >= 9.2e18;
      return date_value(static_cast<std::int64_t>(part.low),
                        is_open ? k_open_high_ms : static_cast<std::int64_t>(part.high));
    }
    default:
      return escape(part.text);
  }
}

}  // namespace

RowQuery query_of(const TokenRow& row) {
  const bool is_identifier = row.parameter->type == SearchParameterType::reference;
  return {code_of(row.parameter) + (is_identifier ? ":identifier" : ""),
          token_value(row.system, row.code)};
}

RowQuery query_of(const TextRow& row) {
  return {code_of(row.parameter) + ":text", escape(row.folded)};
}

RowQuery query_of(const StringRow& row) {
  if (row.exact.empty()) return {code_of(row.parameter), escape(row.folded)};
  return {code_of(row.parameter) + ":exact", escape(row.exact)};
}

RowQuery query_of(const DateRow& row) {
  return {code_of(row.parameter), date_value(row.low, row.high)};
}

RowQuery query_of(const NumberRow& row) {
  return {code_of(row.parameter), number_value(row.low, row.high)};
}

RowQuery query_of(const QuantityRow& row) {
  return {code_of(row.parameter), quantity_value(row.system, row.code, row.low, row.high)};
}

RowQuery query_of(const ReferenceRow& row) {
  return {code_of(row.parameter), row.type + "/" + row.id};
}

RowQuery query_of(const UriRow& row) { return {code_of(row.parameter), escape(row.value)}; }

RowQuery query_of(const CompositeRow& row, const fhir::DefinitionStore& definitions) {
  RowQuery query{code_of(row.parameter), {}};
  if (row.parameter->type == SearchParameterType::token) {
    return {query.name + ":of-type",
            token_value(row.parts[1].system, row.parts[1].text) + "|" + escape(row.parts[0].text)};
  }
  if (row.parameter->type == SearchParameterType::special) {  // near, no farther than rounding
    return {query.name,
            number_text(row.parts[0].low) + "|" + number_text(row.parts[0].high) + "|0.0001"};
  }
  for (std::size_t i = 0; i < row.parts.size(); ++i) {
    const auto& component = row.parameter->components[i];
    Parameter parameter = definitions.search_parameter_by_url(component.definition);
    if (i > 0) query.value += "$";
    query.value += part_value(row.parts[i], parameter->type);
  }
  return query;
}

std::vector<RowQuery> queries_of(const IndexRows& rows, const fhir::DefinitionStore& definitions) {
  std::vector<RowQuery> queries;
  const auto add = [&](const auto& table) {
    for (const auto& row : table) queries.push_back(query_of(row));
  };
  add(rows.tokens);
  add(rows.texts);
  add(rows.strings);
  add(rows.dates);
  add(rows.numbers);
  add(rows.quantities);
  for (const ReferenceRow& row : rows.references) {
    // What a resource contains is no other's to name.
    if (!row.id.starts_with('#')) queries.push_back(query_of(row));
  }
  add(rows.uris);
  for (const CompositeRow& row : rows.composites) queries.push_back(query_of(row, definitions));
  return queries;
}

}  // namespace server::search
