// Criteria joined by and, or, not. https://hl7.org/fhir/R4/search_filter.html#logic
#include <algorithm>

#include "src/storage/sql/criteria.h"
#include "src/storage/sql/full_text.h"

namespace server::storage::sql {
namespace {

bool is_ordered(const Condition& condition) {
  return std::all_of(condition.driver.begin(), condition.driver.end(),
                     [](const Branch& branch) { return branch.ordered; });
}

/// The part that finds resources best as far as its shape tells: rows in order come from an
/// equality.
const Condition* driver_among(const std::vector<Condition>& parts) {
  const Condition* best = nullptr;
  for (const Condition& part : parts) {
    if (!part.can_drive) continue;
    if (best == nullptr || (is_ordered(part) && !is_ordered(*best))) best = &part;
  }
  return best;
}

}  // namespace

/// A live resource of the type for which `where` holds; what comes after the rid is added to it.
Branch CriteriaCompiler::resource_branch(std::int64_t type) {
  Branch made;
  const std::string name = alias();
  made.from = "resource " + name;
  made.rid = name + ".rid";
  (made.where << name << ".type = ").bind(type);
  made.where << " AND " << name << ".deleted = 0";
  return made;
}

fhir::Result<Condition> CriteriaCompiler::compile_combination(std::int64_t type,
                                                              const Criterion& criterion) {
  if (const std::string match = match_of(criterion); !match.empty()) {
    return compile_full_text(type, match);
  }
  std::vector<Condition> parts;
  for (const Criterion& part : criterion.parts) {
    FHIR_TRY(condition, compile(type, part));
    parts.push_back(std::move(condition));
  }
  if (criterion.combination == search::Combination::all) return join_all(type, parts);
  Condition any = join_any(type, parts);
  if (criterion.combination == search::Combination::any) return any;
  any.negated = true;
  any.can_drive = false;
  return any;
}

Condition CriteriaCompiler::join_any(std::int64_t type, std::vector<Condition>& parts) {
  Condition any;
  SqlText others;  // negated parts have no rows of their own
  for (Condition& part : parts) {
    if (part.negated) continue;
    for (Branch& branch : part.filter) any.filter.push_back(std::move(branch));
    for (Branch& branch : part.driver) any.driver.push_back(std::move(branch));
    any.can_drive &= part.can_drive;
  }
  const bool has_negated =
      std::any_of(parts.begin(), parts.end(), [](const Condition& part) { return part.negated; });
  if (!has_negated) {
    if (any.driver.size() <= k_driver_branches_max) return any;
    any.driver.clear();
    any.can_drive = false;
    return any;
  }
  Branch rest = resource_branch(type);
  for (const Condition& part : parts) {
    if (!part.negated) continue;
    others << (others.empty() ? "" : " OR ") << filter_text(part, rest.rid);
  }
  rest.where << " AND (" << others << ")";
  any.filter.push_back(std::move(rest));
  any.driver.clear();
  any.can_drive = false;
  return any;
}

Condition CriteriaCompiler::join_all(std::int64_t type, std::vector<Condition>& parts) {
  Condition all;
  const bool is_impossible = std::any_of(
      parts.begin(), parts.end(), [](const Condition& part) { return part.matches_nothing(); });
  if (is_impossible) return all;
  Branch whole = resource_branch(type);
  for (const Condition& part : parts) whole.where << " AND " << filter_text(part, whole.rid);
  all.filter.push_back(std::move(whole));
  const Condition* driver = driver_among(parts);
  all.can_drive = driver != nullptr;
  if (driver == nullptr) return all;
  if (driver->driver.size() * parts.size() > k_driver_branches_max) {
    all.can_drive = false;
    return all;
  }
  for (Branch branch : driver->driver) {
    for (const Condition& part : parts) {
      if (&part != driver) branch.where << " AND " << filter_text(part, branch.rid);
    }
    all.driver.push_back(std::move(branch));
  }
  return all;
}

}  // namespace server::storage::sql
