#include "src/search/match.h"

#include <algorithm>

#include "src/search/full_text_query.h"
#include "src/search/resource_set.h"

namespace server::search {
namespace {

using fhir::SearchParameterType;

/// Whether any row of the criterion's parameter is let through.
template <class Row, class Accept>
bool any_of(const std::vector<Row>& rows, const Criterion& criterion, Accept&& accept) {
  return std::any_of(rows.begin(), rows.end(), [&](const Row& row) {
    return row.parameter->url == criterion.parameter->url && accept(row);
  });
}

/// What the alternatives say one by one: one is enough; nothing when one cannot be told.
template <class Judge>
std::optional<bool> any_alternative(const Criterion& criterion, Judge&& judge) {
  bool is_certain = true;
  for (const Operand& operand : criterion.alternatives) {
    const std::optional<bool> one = judge(operand);
    if (one && *one) return true;
    is_certain = is_certain && one.has_value();
  }
  return is_certain ? std::optional<bool>(false) : std::nullopt;
}

/// https://hl7.org/fhir/R4/search.html#prefix; nothing for what goes by the clock or is of texts.
std::optional<bool> compare(const Operand& operand, std::int64_t low, std::int64_t high) {
  // Between two milliseconds: asked for as a point after the first, kept as one at it.
  if (operand.low == operand.high && low == high && low == operand.low - 1)
    return operand.prefix == Prefix::eq || operand.prefix == Prefix::ge ||
           operand.prefix == Prefix::le;
  switch (operand.prefix) {
    case Prefix::eq:
      return low >= operand.low && low < operand.high && high <= operand.high;
    case Prefix::ne:
      return low < operand.low || high > operand.high;
    case Prefix::gt:
      return high > operand.high;
    case Prefix::lt:
      return low < operand.low;
    case Prefix::ge:
      return low >= operand.low || high > operand.high;
    case Prefix::le:
      return low < operand.high && (low < operand.low || high <= operand.high);
    case Prefix::sa:
      return low >= operand.high;
    case Prefix::eb:
      return low < operand.low && high <= operand.low;
    case Prefix::po:
      return low < operand.high && (high > operand.low || low >= operand.low);
    default:
      return std::nullopt;
  }
}

/// A reference to what the resource itself contains is to none of the store's.
bool of_set(const Criterion& criterion, const Candidate& candidate) {
  const ResourceSet& set = *criterion.set;
  const auto means = [&](std::string_view type, std::string_view id) {
    return set.means(type, id) &&
           std::none_of(criterion.alternatives.begin(), criterion.alternatives.end(),
                        [&](const Operand& except) { return except.id == id; });
  };
  if (criterion.parameter->code == "_id") return means(set.type(), candidate.id);
  return any_of(candidate.rows->references, criterion, [&](const ReferenceRow& row) {
    return !row.id.starts_with('#') && means(row.type, row.id);
  });
}

std::optional<bool> of_tokens(const Criterion& criterion, const IndexRows& rows) {
  if (criterion.modifier != Modifier::none && criterion.modifier != Modifier::not_)
    return std::nullopt;
  const auto found = any_alternative(criterion, [&](const Operand& operand) {
    return any_of(rows.tokens, criterion, [&](const TokenRow& row) {
      return (operand.code.empty() ? operand.has_system : row.code == operand.code) &&
             (!operand.has_system || row.system == operand.system);
    });
  });
  return criterion.modifier == Modifier::not_ ? !*found : found;
}

std::optional<bool> of_strings(const Criterion& criterion, const IndexRows& rows) {
  return any_alternative(criterion, [&](const Operand& operand) -> std::optional<bool> {
    switch (criterion.modifier) {
      case Modifier::none:
        return any_of(rows.strings, criterion,
                      [&](const StringRow& row) { return row.folded.starts_with(operand.folded); });
      case Modifier::exact:
        return any_of(rows.strings, criterion,
                      [&](const StringRow& row) { return row.exact == operand.text; });
      case Modifier::contains:
        return any_of(rows.strings, criterion, [&](const StringRow& row) {
          return row.folded.find(operand.folded) != std::string::npos;
        });
      default:
        return std::nullopt;
    }
  });
}

bool lies_under(std::string_view uri, std::string_view above) {
  if (uri == above) return true;
  return uri.starts_with(above) &&
         (above.ends_with('/') || uri.substr(above.size()).front() == '/');
}

std::optional<bool> of_uris(const Criterion& criterion, const IndexRows& rows) {
  const Modifier modifier = criterion.modifier;
  if (modifier != Modifier::none && modifier != Modifier::below && modifier != Modifier::above)
    return std::nullopt;
  return any_alternative(criterion, [&](const Operand& operand) {
    return any_of(rows.uris, criterion, [&](const UriRow& row) {
      return modifier == Modifier::none    ? row.value == operand.text
             : modifier == Modifier::below ? lies_under(row.value, operand.text)
                                           : lies_under(operand.text, row.value);
    });
  });
}

std::optional<bool> of_references(const Criterion& criterion, const IndexRows& rows) {
  if (criterion.modifier != Modifier::none && criterion.modifier != Modifier::type)
    return std::nullopt;
  return any_alternative(criterion, [&](const Operand& operand) {
    if (operand.id.empty())
      return any_of(rows.uris, criterion,
                    [&](const UriRow& row) { return row.value == operand.text; });
    return any_of(rows.references, criterion, [&](const ReferenceRow& row) {
      return row.id == operand.id && (operand.type.empty() || row.type == operand.type);
    });
  });
}

std::optional<bool> is_missing(const Criterion& criterion, const IndexRows& rows) {
  const auto has = [&](const auto& all) {
    return any_of(all, criterion, [](const auto&) { return true; });
  };
  const std::string_view code = criterion.parameter->code;
  const bool is_there = code == "_id" || code == "_lastUpdated" || has(rows.tokens) ||
                        has(rows.strings) || has(rows.dates) || has(rows.uris) ||
                        has(rows.references) || has(rows.composites);
  return any_alternative(criterion,
                         [&](const Operand& operand) { return operand.missing != is_there; });
}

std::optional<bool> of_combination(const Criterion& criterion, const Candidate& candidate) {
  const bool is_all = criterion.combination == Combination::all;
  bool is_certain = true;
  for (const Criterion& part : criterion.parts) {
    const std::optional<bool> one = matches(part, candidate);
    if (one && *one != is_all)  // the others change nothing
      return criterion.combination == Combination::any;
    is_certain = is_certain && one.has_value();
  }
  if (!is_certain) return std::nullopt;
  return criterion.combination != Combination::any;
}

}  // namespace

std::optional<bool> matches(const Criterion& criterion, const Candidate& candidate) {
  if (criterion.combination != Combination::none) return of_combination(criterion, candidate);
  if (criterion.chained || criterion.reverse_chained || !criterion.hierarchy.empty() ||
      is_full_text(criterion))
    return std::nullopt;
  if (criterion.set) return of_set(criterion, candidate);
  if (criterion.modifier == Modifier::missing) return is_missing(criterion, *candidate.rows);
  if (criterion.parameter->code == "_id") {
    const auto found = any_alternative(criterion, [&](const Operand& operand) {
      return candidate.id == (operand.id.empty() ? operand.code : operand.id);
    });
    return criterion.modifier == Modifier::not_ ? !*found : found;
  }
  if (criterion.parameter->code == "_lastUpdated")
    return any_alternative(criterion, [&](const Operand& operand) {
      return compare(operand, candidate.last_updated, candidate.last_updated + 1);
    });
  switch (criterion.parameter->type) {
    case SearchParameterType::token:
      return of_tokens(criterion, *candidate.rows);
    case SearchParameterType::string:
      return of_strings(criterion, *candidate.rows);
    case SearchParameterType::uri:
      return of_uris(criterion, *candidate.rows);
    case SearchParameterType::reference:
      return of_references(criterion, *candidate.rows);
    case SearchParameterType::date:
      return any_alternative(criterion, [&](const Operand& operand) {
        bool is_certain = true;
        const bool found = any_of(candidate.rows->dates, criterion, [&](const DateRow& row) {
          const auto one = compare(operand, row.low, row.high);
          is_certain = is_certain && one.has_value();
          return one.value_or(false);
        });
        return is_certain ? std::optional<bool>(found) : std::nullopt;
      });
    default:
      return std::nullopt;
  }
}

bool matches(const Query& query, const Candidate& candidate) {
  return std::all_of(query.criteria.begin(), query.criteria.end(), [&](const Criterion& criterion) {
    return matches(criterion, candidate).value_or(false);
  });
}

}  // namespace server::search
