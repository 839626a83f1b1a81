// https://hl7.org/fhir/R4/search.html#string
#include <algorithm>

#include "src/storage/sql/criteria.h"

namespace server::storage::sql {
namespace {

using search::Modifier;

/// The least text greater than every text that begins with `prefix`, in the order of code points;
/// empty when there is none.
std::string after_prefix(std::string prefix) {
  while (!prefix.empty()) {
    std::size_t start = prefix.size() - 1;  // of the last character
    while (start > 0 && (static_cast<unsigned char>(prefix[start]) & 0xc0) == 0x80) --start;
    // The last character's code point plus one, byte by byte from the end.
    for (std::size_t at = prefix.size(); at-- > start;) {
      auto byte = static_cast<unsigned char>(prefix[at]);
      const bool is_lead = at == start;
      const unsigned char last = is_lead ? (byte < 0x80   ? 0x7f
                                            : byte < 0xe0 ? 0xdf
                                            : byte < 0xf0 ? 0xef
                                                          : 0xf4)
                                         : 0xbf;
      if (byte < last) {
        prefix[at] = static_cast<char>(byte + 1);
        for (std::size_t rest = at + 1; rest < prefix.size(); ++rest) prefix[rest] = '\x80';
        return prefix;
      }
    }
    prefix.resize(start);
  }
  return prefix;
}

std::size_t character_count(const std::string& utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace

SqlText prefix_condition(const std::string& column, const std::string& prefix) {
  SqlText text;
  (text << column << " >= ").bind(prefix);
  if (std::string end = after_prefix(prefix); !end.empty()) {
    (text << " AND " << column << " < ").bind(std::move(end));
  }
  return text;
}

/// The operators of `_filter`: "character sequence matches", case and accents folded; greater and
/// less go by code points, which is the order of UTF-8.
SqlText compared_text(const Dialect& dialect, const std::string& column, search::Prefix operation,
                      const std::string& text) {
  using search::Prefix;
  SqlText condition;
  switch (operation) {
    case Prefix::co:
      return condition.bind_in(dialect.contains(column), text);
    case Prefix::sw:
      return prefix_condition(column, text);
    case Prefix::ew:
      return condition.bind_in(dialect.ends_with(column, character_count(text)), text);
    case Prefix::ne:
      return (condition << column << " <> ").bind(text);
    case Prefix::gt:
      return (condition << column << " > ").bind(text);
    case Prefix::ge:
      return (condition << column << " >= ").bind(text);
    case Prefix::lt:
      return (condition << column << " < ").bind(text);
    case Prefix::le:
      return (condition << column << " <= ").bind(text);
    default:
      return (condition << column << " = ").bind(text);
  }
}

/// "by default, a field matches a string query if the value of the field equals or starts with the
/// supplied parameter value, after both have been normalized by case and accent".
fhir::Result<Condition> CriteriaCompiler::compile_strings(std::int64_t param,
                                                          const Criterion& criterion) {
  Condition condition;
  for (const Operand& operand : criterion.alternatives) {
    Branch one = branch(IndexKind::string, param);
    const std::string name = alias_of(one);
    one.where << " AND ";
    switch (criterion.modifier) {
      case Modifier::none:
        one.where << prefix_condition(name + ".folded", operand.folded);
        break;
      case Modifier::exact:
        (one.where << name << ".folded = ").bind(operand.folded);
        (one.where << " AND " << name << ".exact = ").bind(operand.text);
        one.ordered = true;
        break;
      case Modifier::contains:
        // Walks the strings of the parameter, 0.3 us each. An index of trigrams (FTS5, no detail)
        // would take 19 bytes a string beside the 22 of this one, and be written with each.
        one.where.bind_in(dialect_.contains(name + ".folded"), operand.folded);
        break;
      case Modifier::compared:
        // of whole values: a part of a family name is none
        one.where << name << ".exact <> '' AND "
                  << compared_text(dialect_, name + ".folded", operand.prefix, operand.folded);
        one.ordered = operand.prefix == search::Prefix::eq;
        break;
      default:
        return fhir::unexpected(not_supported(criterion));
    }
    condition.add(std::move(one));
  }
  return condition;
}

}  // namespace server::storage::sql
