// A hash over what equality looks at, so that it never tells equal items apart.
#include "fhir/fhirpath/item_set.h"

#include <functional>

#include "fhir/fhirpath/operators.h"

namespace fhir::fhirpath {
namespace {

constexpr int k_hashed_depth = 8;

std::size_t mix(std::size_t a, std::size_t b) { return (a ^ (b + 0x9e3779b97f4a7c15ull)) * 31; }

std::size_t hash_operand(const Operand& operand) {
  switch (operand.kind) {
    case ItemKind::boolean:
      return operand.boolean ? 1 : 2;
    case ItemKind::integer:
    case ItemKind::decimal:
      return std::hash<double>{}(operand.as_decimal().to_double());
    case ItemKind::string:
      return std::hash<std::string_view>{}(operand.text);
    case ItemKind::date:
    case ItemKind::date_time:
      return 3;  // zones shift even the year
    case ItemKind::time:
      return 4 + operand.time.hour;
    case ItemKind::quantity:
      return 30;
    default:
      return 31;
  }
}

std::size_t hash_element(const Element& element, int depth) {
  Operand operand;
  const bool has_value = operand.read(Item(element));
  if (has_value && operand.kind != ItemKind::element && operand.kind != ItemKind::quantity)
    return hash_operand(operand);
  if (is_fhir_quantity(element.type)) return 30;
  if (depth == 0) return 32;
  std::size_t sum = 0;  // of children in any order
  for_each_child(element, [&](std::string_view name, const Element& child) {
    sum += mix(std::hash<std::string_view>{}(name), hash_element(child, depth - 1));
    return true;
  });
  return sum;
}

}  // namespace

std::size_t hash_of(const Item& item) {
  if (const Element* element = item.element()) return hash_element(*element, k_hashed_depth);
  Operand operand;
  operand.read(item);
  return hash_operand(operand);
}

void ItemSet::index_all() {
  by_hash_.reserve(items_.size() * 4);
  for (std::size_t i = 0; i < items_.size(); ++i) by_hash_.emplace(hash_of(items_[i]), i);
}

bool ItemSet::contains(const Item& item) {
  if (by_hash_.empty()) {
    for (const Item& known : items_) {
      if (items_equal(evaluation_, known, item) == Truth::yes) return true;
    }
    return false;
  }
  const auto [first, last] = by_hash_.equal_range(hash_of(item));
  for (auto at = first; at != last; ++at) {
    if (items_equal(evaluation_, items_[at->second], item) == Truth::yes) return true;
  }
  return false;
}

bool ItemSet::insert(const Item& item) {
  if (contains(item) || evaluation_.failed()) return false;
  if (!by_hash_.empty()) by_hash_.emplace(hash_of(item), items_.size());
  items_.push(item);
  if (by_hash_.empty() && items_.size() > k_few) index_all();
  return true;
}

}  // namespace fhir::fhirpath
