// The obviously right way to search: looks at every row of every resource. For comparison only.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "src/search/canonical_unit.h"
#include "src/search/index_rows.h"
#include "src/search/query.h"

namespace storage_test {

using server::search::Criterion;
using server::search::IndexRows;
using server::search::Modifier;
using server::search::Operand;
using server::search::Prefix;

struct Resource {
  std::string type, id;
  std::int64_t last_updated = 0;
  IndexRows rows;
};

class Evaluator {
 public:
  explicit Evaluator(const std::map<std::string, Resource>& live) : live_(live) {}

  bool matches(const Resource& resource, const server::search::Query& query) const {
    return resource.type == query.resource_type &&
           std::all_of(query.criteria.begin(), query.criteria.end(),
                       [&](const Criterion& criterion) { return matches(resource, criterion); });
  }

  bool matches(const Resource& resource, const Criterion& criterion) const {
    if (criterion.combination != server::search::Combination::none) {
      return matches_combination(resource, criterion);
    }
    if (criterion.chained) return matches_chain(resource, criterion);
    if (criterion.reverse_chained) return matches_reverse_chain(resource, criterion);
    if (criterion.modifier == Modifier::missing) {
      return has_any(resource, criterion) != criterion.alternatives.front().missing;
    }
    const bool found =
        std::any_of(criterion.alternatives.begin(), criterion.alternatives.end(),
                    [&](const Operand& operand) { return finds(resource, criterion, operand); });
    return found != (criterion.modifier == Modifier::not_);
  }

 private:
  static bool in_date(const Operand& p, std::int64_t low, std::int64_t high) {
    const bool contained = low >= p.low && high <= p.high;
    switch (p.prefix) {
      case Prefix::eq:
        return contained;
      case Prefix::ne:
        return !contained;
      case Prefix::gt:
        return high > p.high;
      case Prefix::lt:
        return low < p.low;
      case Prefix::ge:
        return high > p.high || contained;
      case Prefix::le:
        return low < p.low || contained;
      case Prefix::sa:
        return low >= p.high;
      case Prefix::eb:
        return high <= p.low;
      case Prefix::co:
        return low <= p.low && p.high <= high;
      case Prefix::po:
        return low < p.high && p.low < high;
      default:
        return false;
    }
  }

  static bool in_number(const Operand& p, double low, double high) {
    const bool contained = p.number_low < p.number_high
                               ? low >= p.number_low && high < p.number_high
                               : low == p.number && high == p.number;
    switch (p.prefix) {
      case Prefix::eq:
        return contained;
      case Prefix::ne:
        return !contained;
      case Prefix::gt:
        return high > p.number;
      case Prefix::lt:
        return low < p.number;
      case Prefix::ge:
        return high >= p.number;
      case Prefix::le:
        return low <= p.number;
      case Prefix::sa:
        return low > p.number;
      case Prefix::eb:
        return high < p.number;
      case Prefix::ap: {
        return low <= std::max(p.number + p.tolerance, p.number_high) &&
               high >= std::min(p.number - p.tolerance, p.number_low);
      }
      case Prefix::co:
        return low <= p.number && p.number <= high;
      default:
        break;
    }
    return false;
  }

  /// Values in base units answer only questions in base units.
  static bool is_of_unit(const Operand& p, const std::string& system, const std::string& code) {
    return (p.system.empty() ? system != server::search::k_canonical_units : system == p.system) &&
           (p.code.empty() || code == p.code);
  }

  template <class Rows, class Test>
  static bool any(const Rows& rows, const fhir::SearchParameter* parameter, Test&& test) {
    return std::any_of(rows.begin(), rows.end(),
                       [&](const auto& row) { return row.parameter == parameter && test(row); });
  }

  static bool has_any(const Resource& resource, const Criterion& criterion) {
    const auto all = [](const auto&) { return true; };
    const auto* of = criterion.parameter;
    const IndexRows& rows = resource.rows;
    return any(rows.texts, of, all) || any(rows.tokens, of, all) || any(rows.strings, of, all) ||
           any(rows.dates, of, all) || any(rows.numbers, of, all) ||
           any(rows.quantities, of, all) || any(rows.references, of, all) ||
           any(rows.uris, of, all) || any(rows.composites, of, all);
  }

  bool finds(const Resource& resource, const Criterion& criterion, const Operand& p) const {
    const auto* of = criterion.parameter;
    const IndexRows& rows = resource.rows;
    if (of->code == "_id") return resource.id == p.code;
    if (of->code == "_lastUpdated") {
      return in_date(p, resource.last_updated, resource.last_updated + 1);
    }
    switch (of->type) {
      case fhir::SearchParameterType::token:
        if (criterion.modifier == Modifier::text) {
          return any(rows.texts, of,
                     [&](const auto& row) { return row.folded.find(p.folded) == 0; });
        }
        if (criterion.modifier == Modifier::of_type) {
          return any(rows.composites, of, [&](const auto& row) {
            return row.parts[0].text == p.text && row.parts[1].text == p.code &&
                   row.parts[1].system == p.system;
          });
        }
        if (criterion.modifier == Modifier::compared) {
          return any(rows.tokens, of, [&](const auto& row) {
            const bool is_equal = (!p.has_system || row.system == p.system) &&
                                  (p.code.empty() || lower(row.code) == lower(p.code));
            return is_equal == (p.prefix == Prefix::eq);
          });
        }
        return any(rows.tokens, of, [&](const auto& row) {
          return (!p.has_system || row.system == p.system) &&
                 ((p.has_system && p.code.empty()) || row.code == p.code);
        });
      case fhir::SearchParameterType::string:
        return any(rows.strings, of, [&](const auto& row) {
          if (criterion.modifier == Modifier::exact) return row.exact == p.text;
          if (criterion.modifier == Modifier::compared) return compared(p, row.folded, p.folded);
          const std::size_t at = row.folded.find(p.folded);
          return criterion.modifier == Modifier::contains ? at != std::string::npos : at == 0;
        });
      case fhir::SearchParameterType::date:
        return any(rows.dates, of, [&](const auto& row) { return in_date(p, row.low, row.high); });
      case fhir::SearchParameterType::number:
        return any(rows.numbers, of,
                   [&](const auto& row) { return in_number(p, row.low, row.high); });
      case fhir::SearchParameterType::quantity:
        return any(rows.quantities, of, [&](const auto& row) {
          return in_number(p, row.low, row.high) && is_of_unit(p, row.system, row.code);
        });
      case fhir::SearchParameterType::reference:
        if (criterion.modifier == Modifier::below) {
          return any(rows.references, of, [&](const auto& row) {
            return is_below(row.type + "/" + row.id, p.type + "/" + p.id, criterion, {});
          });
        }
        return any(rows.references, of,
                   [&](const auto& row) {
                     return !p.id.empty() && row.id == p.id &&
                            (p.type.empty() || row.type == p.type);
                   }) ||
               any(rows.uris, of,
                   [&](const auto& row) { return p.id.empty() && row.value == p.text; });
      case fhir::SearchParameterType::uri:
        return any(rows.uris, of, [&](const auto& row) {
          if (criterion.modifier == Modifier::compared) return compared(p, row.value, p.text);
          if (criterion.modifier == Modifier::below) return is_under(row.value, p.text);
          if (criterion.modifier == Modifier::above) return is_under(p.text, row.value);
          return row.value == p.text;
        });
      case fhir::SearchParameterType::composite:
        return any(rows.composites, of, [&](const auto& row) {
          const Operand &code = p.parts[0], &value = p.parts[1];
          return row.parts[0].text == code.code &&
                 (!code.has_system || row.parts[0].system == code.system) &&
                 in_number(value, row.parts[1].low, row.parts[1].high) &&
                 is_of_unit(value, row.parts[1].system, row.parts[1].text);
        });
      default:
        return false;
    }
  }

  bool matches_combination(const Resource& resource, const Criterion& criterion) const {
    const auto test = [&](const Criterion& part) { return matches(resource, part); };
    const auto& parts = criterion.parts;
    switch (criterion.combination) {
      case server::search::Combination::all:
        return std::all_of(parts.begin(), parts.end(), test);
      case server::search::Combination::any:
        return std::any_of(parts.begin(), parts.end(), test);
      default:
        return std::none_of(parts.begin(), parts.end(), test);
    }
  }

  static std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; });
    return text;
  }

  static bool compared(const Operand& p, const std::string& value, const std::string& asked) {
    switch (p.prefix) {
      case Prefix::ne:
        return value != asked;
      case Prefix::co:
        return value.find(asked) != std::string::npos;
      case Prefix::sw:
        return value.starts_with(asked);
      case Prefix::ew:
        return value.ends_with(asked);
      case Prefix::gt:
        return value > asked;
      case Prefix::ge:
        return value >= asked;
      case Prefix::lt:
        return value < asked;
      case Prefix::le:
        return value <= asked;
      default:
        return value == asked;
    }
  }

  static bool is_under(const std::string& uri, const std::string& parent) {
    return uri == parent || uri.find(parent + "/") == 0;
  }

  // Whether `key` is `top`, or leads to it by the links of the hierarchy.
  bool is_below(const std::string& key, const std::string& top, const Criterion& criterion,
                std::set<std::string> seen) const {
    if (key == top) return true;
    const auto at = live_.find(key);
    if (at == live_.end() || !seen.insert(key).second) return false;
    return std::any_of(
        criterion.hierarchy.begin(), criterion.hierarchy.end(), [&](const auto& link) {
          return link.type == at->second.type &&
                 any(at->second.rows.references, link.parameter, [&](const auto& row) {
                   return is_below(row.type + "/" + row.id, top, criterion, seen);
                 });
        });
  }

  bool matches_chain(const Resource& resource, const Criterion& criterion) const {
    return any(resource.rows.references, criterion.parameter, [&](const auto& row) {
      if (!criterion.target_type.empty() && row.type != criterion.target_type) return false;
      const auto target = live_.find(row.type + "/" + row.id);
      return target != live_.end() && matches(target->second, *criterion.chained);
    });
  }

  bool matches_reverse_chain(const Resource& resource, const Criterion& criterion) const {
    return std::any_of(live_.begin(), live_.end(), [&](const auto& entry) {
      const Resource& source = entry.second;
      return source.type == criterion.target_type &&
             any(source.rows.references, criterion.parameter,
                 [&](const auto& row) {
                   return row.type == resource.type && row.id == resource.id;
                 }) &&
             matches(source, *criterion.reverse_chained);
    });
  }

  const std::map<std::string, Resource>& live_;
};

}  // namespace storage_test
