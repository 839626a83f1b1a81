// Which function indexes a value, and the rows kept once.
#include "src/search/index_value.h"

#include <algorithm>
#include <tuple>

#include "src/search/operand.h"

namespace server::search {
namespace {

using fhir::SearchParameterType;

constexpr std::size_t k_compared_pairwise_max = 24;

auto key(const TokenRow& row) { return std::tie(row.parameter, row.code, row.system); }
auto key(const TextRow& row) { return std::tie(row.parameter, row.folded); }
auto key(const StringRow& row) { return std::tie(row.parameter, row.exact, row.folded); }
auto key(const DateRow& row) { return std::tie(row.parameter, row.low, row.high); }
auto key(const NumberRow& row) { return std::tie(row.parameter, row.low, row.high); }
auto key(const QuantityRow& row) {
  return std::tie(row.parameter, row.low, row.high, row.code, row.system);
}
auto key(const ReferenceRow& row) { return std::tie(row.parameter, row.id, row.type); }
auto key(const UriRow& row) { return std::tie(row.parameter, row.value); }
auto key(const CompositeRow::Part& part) {
  return std::tie(part.text, part.system, part.low, part.high);
}

bool equal(const CompositeRow& a, const CompositeRow& b) {
  return a.parameter == b.parameter &&
         std::equal(a.parts.begin(), a.parts.end(), b.parts.begin(), b.parts.end(),
                    [](const auto& x, const auto& y) { return key(x) == key(y); });
}
bool less(const CompositeRow& a, const CompositeRow& b) {
  if (a.parameter != b.parameter) return a.parameter < b.parameter;
  return std::lexicographical_compare(a.parts.begin(), a.parts.end(), b.parts.begin(),
                                      b.parts.end(),
                                      [](const auto& x, const auto& y) { return key(x) < key(y); });
}
template <class Row>
bool equal(const Row& a, const Row& b) {
  return key(a) == key(b);
}
template <class Row>
bool less(const Row& a, const Row& b) {
  return key(a) < key(b);
}

// Rows of one parameter, [begin, end): those that are new are moved to `out`.
template <class Row>
std::size_t keep_new(std::vector<Row>& rows, std::size_t begin, std::size_t end, std::size_t out) {
  std::vector<bool> is_repeated(end - begin);
  if (end - begin <= k_compared_pairwise_max) {
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t j = begin; j < i && !is_repeated[i - begin]; ++j) {
        is_repeated[i - begin] = equal(rows[i], rows[j]);
      }
    }
  } else {
    std::vector<std::size_t> order(end - begin);
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = begin + i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return less(rows[a], rows[b]); });
    for (std::size_t i = 1; i < order.size(); ++i) {
      is_repeated[order[i] - begin] = equal(rows[order[i - 1]], rows[order[i]]);
    }
  }
  for (std::size_t i = begin; i < end; ++i) {
    if (is_repeated[i - begin]) continue;
    if (out != i) rows[out] = std::move(rows[i]);
    ++out;
  }
  return out;
}

// A parameter's rows stand together, and rows of two parameters never say the same.
template <class Row>
void remove_repeated(std::vector<Row>& rows) {
  std::size_t out = 0;
  for (std::size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
    Parameter parameter = rows[begin].parameter;
    while (end < rows.size() && rows[end].parameter == parameter) ++end;
    if (end - begin == 1) {
      if (out != begin) rows[out] = std::move(rows[begin]);
      ++out;
    } else {
      out = keep_new(rows, begin, end, out);
    }
  }
  rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(out), rows.end());
}

}  // namespace

void index_value(const fhir::Element& value, Parameter parameter, const IndexContext& context,
                 IndexRows& rows) {
  switch (parameter->type) {
    case SearchParameterType::token:
      return index_token(value, parameter, context, rows);
    case SearchParameterType::string:
      return index_string(value, parameter, rows);
    case SearchParameterType::date:
      return index_date(value, parameter, rows);
    case SearchParameterType::number:
      return index_number(value, parameter, rows);
    case SearchParameterType::quantity:
      return index_quantity(value, parameter, context, rows);
    case SearchParameterType::reference:
      return index_reference(value, parameter, context, rows);
    case SearchParameterType::uri:
      return index_uri(value, parameter, rows);
    case SearchParameterType::special:
      if (is_near(*parameter)) index_position(value, parameter, rows);
      return;
    case SearchParameterType::composite:
      return;
  }
}

bool is_empty(const IndexRows& rows) {
  return rows.tokens.empty() && rows.strings.empty() && rows.dates.empty() &&
         rows.numbers.empty() && rows.quantities.empty() && rows.references.empty() &&
         rows.uris.empty() && rows.composites.empty();
}

void remove_duplicates(IndexRows& rows) {
  remove_repeated(rows.tokens);
  remove_repeated(rows.texts);
  remove_repeated(rows.strings);
  remove_repeated(rows.dates);
  remove_repeated(rows.numbers);
  remove_repeated(rows.quantities);
  remove_repeated(rows.references);
  remove_repeated(rows.uris);
  remove_repeated(rows.composites);
}

}  // namespace server::search
