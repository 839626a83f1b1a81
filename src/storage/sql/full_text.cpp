#include "src/storage/sql/full_text.h"

#include "src/search/full_text_query.h"
#include "src/storage/sql/criteria.h"

namespace server::storage::sql {
namespace {

using search::Combination;
using search::Criterion;

std::string term_of(const Criterion& criterion) {
  const search::Operand& operand = criterion.alternatives.front();
  std::string match = criterion.parameter->code == "_text" ? "narrative : \"" : "\"";
  for (const char c : operand.folded) {
    match += c;
    if (c == '"') match += c;
  }
  return match + (operand.prefix == search::Prefix::sw ? "\" *" : "\"");
}

std::string joined(const Criterion& criterion, std::string_view word) {
  std::string match;
  for (const Criterion& part : criterion.parts) {
    const std::string one = match_of(part);
    if (one.empty()) return {};
    match.append(match.empty() ? "(" : word).append(one);
  }
  return match + ")";
}

/// The index knows NOT between two expressions only: what is there before what is not.
std::string all_of(const Criterion& criterion) {
  std::string present, absent;
  for (const Criterion& part : criterion.parts) {
    const bool is_negated = part.combination == Combination::negation && part.parts.size() == 1;
    const std::string one = match_of(is_negated ? part.parts.front() : part);
    if (one.empty()) return {};
    std::string& side = is_negated ? absent : present;
    side.append(side.empty() ? "(" : is_negated ? " OR " : " AND ").append(one);
  }
  if (present.empty()) return {};
  present += ")";
  return absent.empty() ? present : "(" + present + " NOT " + absent + "))";
}

}  // namespace

std::string match_of(const Criterion& criterion) {
  switch (criterion.combination) {
    case Combination::none:
      return search::is_full_text(criterion) ? term_of(criterion) : std::string();
    case Combination::all:
      return all_of(criterion);
    case Combination::any:
      return joined(criterion, " OR ");
    case Combination::negation:
      break;
  }
  return {};
}

std::string match_of(std::span<const Criterion> criteria) {
  std::string all;
  for (const Criterion& criterion : criteria) {
    const std::string one = match_of(criterion);
    if (!one.empty()) all.append(all.empty() ? "" : " AND ").append(one);
  }
  return all;
}

SqlText ranked(const std::string& match) {
  SqlText text(
      "SELECT d.rid AS rid, -bm25(full_text) AS score FROM full_text CROSS JOIN "
      "full_text_doc d ON d.doc = full_text.rowid WHERE full_text MATCH ");
  return text.bind(match);
}

/// Resources by rid, in the order of it: the matches are gathered first.
fhir::Result<Condition> CriteriaCompiler::compile_full_text(std::int64_t type,
                                                            const std::string& match) {
  Condition condition;
  Branch one;
  const std::string name = alias();
  one.from = "resource " + name;
  one.rid = name + ".rid";
  one.where << name << ".rid IN (SELECT d.rid FROM full_text CROSS JOIN full_text_doc d ON d.doc = "
            << "full_text.rowid WHERE full_text MATCH ";
  one.where.bind(match) << ") AND " << dialect_.unindexed(name + ".type") << " = ";
  one.where.bind(type) << " AND " << dialect_.unindexed(name + ".deleted") << " = 0";
  one.ordered = true;
  condition.add(std::move(one));
  return condition;
}

}  // namespace server::storage::sql
