// https://hl7.org/fhir/R4/search.html#string
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

}  // namespace

SqlText prefix_condition(const std::string& column, const std::string& prefix) {
  SqlText text;
  (text << column << " >= ").bind(prefix);
  if (std::string end = after_prefix(prefix); !end.empty()) {
    (text << " AND " << column << " < ").bind(std::move(end));
  }
  return text;
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
        one.where.bind_in(dialect_.contains(name + ".folded"), operand.folded);
        break;
      default:
        return fhir::unexpected(not_supported(criterion));
    }
    condition.add(std::move(one));
  }
  return condition;
}

}  // namespace server::storage::sql
