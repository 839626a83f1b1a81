#include "src/policy/permission.h"

#include <algorithm>
#include <memory>

namespace server::policy {

using search::Combination;
using search::Criterion;
using search::Operand;

namespace {

bool is_same_reference(const Operand& a, const Operand& b) {
  return a.prefix == b.prefix && a.type == b.type && a.id == b.id && a.code == b.code &&
         a.text == b.text && a.has_system == b.has_system && a.system == b.system &&
         a.parts.empty() && b.parts.empty();
}

}  // namespace

Criterion combined(Combination combination, std::vector<Criterion> parts) {
  if (parts.size() == 1) return std::move(parts.front());
  Criterion all;
  all.combination = combination;
  all.parts = std::move(parts);
  return all;
}

Criterion without_others(const Criterion& criterion) {
  Criterion copy;
  copy.parameter = criterion.parameter;
  copy.modifier = criterion.modifier;
  copy.target_type = criterion.target_type;
  copy.alternatives = criterion.alternatives;
  copy.hierarchy = criterion.hierarchy;
  copy.is_expanded = criterion.is_expanded;
  copy.set = criterion.set;
  copy.combination = criterion.combination;
  return copy;
}

Criterion copy_of(const Criterion& criterion) {
  Criterion copy = without_others(criterion);
  if (criterion.chained) copy.chained = std::make_unique<Criterion>(copy_of(*criterion.chained));
  if (criterion.reverse_chained)
    copy.reverse_chained = std::make_unique<Criterion>(copy_of(*criterion.reverse_chained));
  for (const Criterion& part : criterion.parts) copy.parts.push_back(copy_of(part));
  return copy;
}

bool is_same(const Criterion& a, const Criterion& b) {
  const bool is_plain = !a.chained && !b.chained && !a.reverse_chained && !b.reverse_chained &&
                        a.hierarchy.empty() && b.hierarchy.empty();
  const bool is_of_references = a.parameter == nullptr ||
                                a.parameter->type == fhir::SearchParameterType::reference ||
                                a.parameter->code == "_id";
  return is_plain && is_of_references && a.parameter == b.parameter && a.modifier == b.modifier &&
         a.target_type == b.target_type && a.set == b.set && a.is_expanded == b.is_expanded &&
         a.combination == b.combination &&
         std::equal(a.alternatives.begin(), a.alternatives.end(), b.alternatives.begin(),
                    b.alternatives.end(), is_same_reference) &&
         std::equal(a.parts.begin(), a.parts.end(), b.parts.begin(), b.parts.end(), is_same);
}

Permission both(Permission a, Permission b) {
  if (a.extent == Extent::none || b.extent == Extent::all) return a;
  if (b.extent == Extent::none || a.extent == Extent::all) return b;
  if (is_same(a.limit, b.limit)) return a;
  std::vector<Criterion> limits;
  limits.push_back(std::move(a.limit));
  limits.push_back(std::move(b.limit));
  a.limit = combined(Combination::all, std::move(limits));
  return a;
}

}  // namespace server::policy
