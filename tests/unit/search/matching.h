// Default matching over index rows, slow and plain: what a store answers, for the tests.
// https://hl7.org/fhir/R4/search.html#prefix
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "fixture.h"
#include "src/search/canonical_unit.h"
#include "src/search/index_rows.h"
#include "src/search/query.h"

namespace search_test {

using namespace server::search;
using fhir::SearchParameterType;

template <class Number>
bool compare(Prefix prefix, Number asked_low, Number asked_high, Number low, Number high) {
  switch (prefix) {
    case Prefix::eq:
      return asked_low <= low && high <= asked_high;
    case Prefix::ne:
      return !(asked_low <= low && high <= asked_high);
    case Prefix::gt:
      return high > asked_high;
    case Prefix::lt:
      return low < asked_low;
    case Prefix::ge:
      return high > asked_high || low >= asked_low || high >= asked_high;
    case Prefix::le:
      return low < asked_low || high <= asked_high || low <= asked_low;
    case Prefix::sa:
      return low >= asked_high;
    case Prefix::eb:
      return high <= asked_low;
    case Prefix::ap:
      return low < asked_high && asked_low < high;
    default:
      break;
  }
  return false;
}

inline bool matches_number(const Operand& asked, double low, double high) {
  if (asked.prefix == Prefix::eq) return asked.number_low <= low && high < asked.number_high;
  return compare(asked.prefix, asked.number, asked.number, low, high);
}

inline bool matches_token(const Operand& asked, const std::string& system,
                          const std::string& code) {
  return (!asked.has_system || asked.system == system) &&
         (asked.code.empty() || asked.code == code);
}

inline bool matches_quantity(const Operand& asked, const std::string& system,
                             const std::string& code, double low, double high) {
  const bool is_of_system = asked.has_system ? asked.system == system : system != k_canonical_units;
  return is_of_system && (asked.code.empty() || asked.code == code) &&
         matches_number(asked, low, high);
}

inline bool matches_part(const Operand& asked, SearchParameterType type,
                         const CompositeRow::Part& part) {
  switch (type) {
    case SearchParameterType::token:
      return matches_token(asked, part.system, part.text);
    case SearchParameterType::string:
      return part.text.rfind(asked.folded, 0) == 0;
    case SearchParameterType::date:
      return compare(asked.prefix, static_cast<double>(asked.low), static_cast<double>(asked.high),
                     part.low, part.high);
    case SearchParameterType::number:
      return matches_number(asked, part.low, part.high);
    case SearchParameterType::quantity:
      return matches_quantity(asked, part.system, part.text, part.low, part.high);
    case SearchParameterType::reference:
      return part.text == (asked.text.empty() ? asked.type + "/" + asked.id : asked.text);
    default:
      return part.text == asked.text;
  }
}

inline bool matches_one(const Criterion& criterion, const Operand& asked, const IndexRows& rows,
                        const fhir::DefinitionStore& definitions) {
  const auto any = [&](const auto& table, auto&& test) {
    return std::any_of(table.begin(), table.end(), [&](const auto& row) {
      return row.parameter == criterion.parameter && test(row);
    });
  };
  if (criterion.modifier == Modifier::text) {
    return any(rows.texts, [&](const auto& r) { return r.folded.rfind(asked.folded, 0) == 0; });
  }
  if (criterion.modifier == Modifier::of_type) {
    return any(rows.composites, [&](const auto& r) {
      return r.parts[0].text == asked.text && r.parts[1].text == asked.code &&
             r.parts[1].system == asked.system;
    });
  }
  if (criterion.modifier == Modifier::identifier ||
      criterion.parameter->type == SearchParameterType::token) {
    return any(rows.tokens, [&](const auto& r) { return matches_token(asked, r.system, r.code); });
  }
  switch (criterion.parameter->type) {
    case SearchParameterType::string:
      return any(rows.strings, [&](const auto& r) {
        return criterion.modifier == Modifier::exact ? r.exact == asked.text
                                                     : r.folded.rfind(asked.folded, 0) == 0;
      });
    case SearchParameterType::date:
      return any(rows.dates, [&](const auto& r) {
        return compare(asked.prefix, asked.low, asked.high, r.low, r.high);
      });
    case SearchParameterType::number:
      return any(rows.numbers, [&](const auto& r) { return matches_number(asked, r.low, r.high); });
    case SearchParameterType::quantity:
      return any(rows.quantities, [&](const auto& r) {
        return matches_quantity(asked, r.system, r.code, r.low, r.high);
      });
    case SearchParameterType::reference:
      if (!asked.text.empty())
        return any(rows.uris, [&](const auto& r) { return r.value == asked.text; });
      return any(rows.references, [&](const auto& r) {
        return r.id == asked.id && (asked.type.empty() || r.type == asked.type);
      });
    case SearchParameterType::uri:
      return any(rows.uris, [&](const auto& r) { return r.value == asked.text; });
    case SearchParameterType::special:  // near
      return any(rows.composites, [&](const auto& r) {
        return std::abs(r.parts[0].low - asked.number_low) < 1e-5 &&
               std::abs(r.parts[0].high - asked.number_high) < 1e-5;
      });
    case SearchParameterType::composite:
      return any(rows.composites, [&](const auto& r) {
        for (std::size_t i = 0; i < r.parts.size(); ++i) {
          const auto* part =
              definitions.search_parameter_by_url(r.parameter->components[i].definition);
          if (!matches_part(asked.parts[i], part->type, r.parts[i])) return false;
        }
        return true;
      });
    default:
      return false;
  }
}

inline bool matches(const Criterion& criterion, const IndexRows& rows) {
  return std::any_of(
      criterion.alternatives.begin(), criterion.alternatives.end(),
      [&](const Operand& asked) { return matches_one(criterion, asked, rows, *core()); });
}

}  // namespace search_test
