// https://hl7.org/fhirpath/N1/#filtering-and-projection and aggregate
#include <algorithm>

#include "fhir/fhirpath/functions.h"
#include "fhir/fhirpath/item_set.h"

namespace fhir::fhirpath {
namespace {

bool visit_where(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  std::int64_t index = 0;
  return evaluation.visit_input(node, scope, [&](const Item& item) {
    const Truth truth = evaluation.truth(*node.arguments[0], {&item, index++, scope.total});
    if (truth == Truth::failed) return false;
    return truth != Truth::yes || sink(item);
  });
}

bool visit_select(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  std::int64_t index = 0;
  return evaluation.visit_input(node, scope, [&](const Item& item) {
    return evaluation.visit(*node.arguments[0], {&item, index++, scope.total}, sink);
  });
}

/// Projects again and again what is new, generation by generation.
bool visit_repeat(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Collection generation;
  if (!evaluation.collect_input(node, scope, generation)) return false;
  ItemSet seen(evaluation);
  while (!generation.empty()) {
    Collection next;
    std::int64_t index = 0;
    for (const Item& item : generation) {
      const Scope inner{&item, index++, scope.total};
      const bool go_on = evaluation.visit(*node.arguments[0], inner, [&](const Item& found) {
        if (!seen.insert(found)) return !evaluation.failed();
        if (seen.size() > k_collection_items_max)
          return evaluation.fail(IssueType::too_costly, "A collection has too many items");
        next.push(found);
        return sink(found);
      });
      if (!go_on) return false;
    }
    generation = std::move(next);
  }
  return true;
}

/// As repeat(), keeping duplicates; elements end by the tree, values by the limit on items.
bool visit_repeat_all(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Collection generation;
  if (!evaluation.collect_input(node, scope, generation)) return false;
  std::size_t count = 0;
  while (!generation.empty()) {
    Collection next;
    for (const Item& item : generation) {
      const bool go_on =
          evaluation.visit(*node.arguments[0], {&item, 0, scope.total}, [&](const Item& found) {
            if (++count > k_collection_items_max)
              return evaluation.fail(IssueType::too_costly, "A collection has too many items");
            next.push(found);
            return sink(found);
          });
      if (!go_on) return false;
    }
    generation = std::move(next);
  }
  return true;
}

bool visit_aggregate(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Collection total;
  if (node.arguments.size() == 2 && !evaluation.collect(*node.arguments[1], scope, total))
    return false;
  std::int64_t index = 0;
  const bool go_on = evaluation.visit_input(node, scope, [&](const Item& item) {
    Collection next;
    if (!evaluation.collect(*node.arguments[0], {&item, index++, &total}, next)) return false;
    total = std::move(next);
    return true;
  });
  if (!go_on) return false;
  for (const Item& item : total) {
    if (!sink(item)) return false;
  }
  return true;
}

struct SortRow {
  Item item;
  std::vector<std::optional<Item>> keys;
};

/// Whether `a` comes before `b` by the keys; one without a key is the last, and the
/// first in a descending order.
bool comes_before(Evaluation& evaluation, const Node& node, const SortRow& a, const SortRow& b) {
  for (std::size_t i = 0; i < a.keys.size(); ++i) {
    const bool is_descending = !node.arguments.empty() &&
                               node.arguments[i]->visit == operators::visit_negate &&
                               node.arguments[i]->slot != 0;
    if (a.keys[i].has_value() != b.keys[i].has_value())
      return a.keys[i].has_value() != is_descending;
    if (!a.keys[i]) continue;
    const auto order = compare_items(evaluation, *a.keys[i], *b.keys[i]);
    if (order && *order != 0) return is_descending ? *order > 0 : *order < 0;
  }
  return false;
}

/// A minus before a key means descending, whatever the key's type.
bool visit_sort(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  std::vector<SortRow> rows;
  std::int64_t index = 0;
  const bool is_read = evaluation.visit_input(node, scope, [&](const Item& item) {
    if (rows.size() >= k_collection_items_max)
      return evaluation.fail(IssueType::too_costly, "A collection has too many items");
    SortRow row{item, {}};
    const Scope inner{&row.item, index++, scope.total};
    if (node.arguments.empty()) row.keys.emplace_back(item);
    for (const Node* key : node.arguments) {
      if (key->visit == operators::visit_negate && key->slot != 0) key = key->arguments[0];
      Item value;
      const Found found = evaluation.single(*key, inner, value);
      if (found == Found::failed) return false;
      row.keys.push_back(found == Found::one ? std::optional(value) : std::nullopt);
    }
    rows.push_back(std::move(row));
    return true;
  });
  if (!is_read || !evaluation.spend(rows.size() * 20)) return false;
  // Values without an order make the relation inconsistent; merging bears that.
  std::stable_sort(rows.begin(), rows.end(), [&](const SortRow& a, const SortRow& b) {
    return comes_before(evaluation, node, a, b);
  });
  if (evaluation.failed()) return false;
  for (const SortRow& row : rows) {
    if (!sink(row.item)) return false;
  }
  return true;
}

constexpr Function k_functions[] = {
    {"where", 1, 1, visit_where},         {"select", 1, 1, visit_select},
    {"repeat", 1, 1, visit_repeat},       {"repeatAll", 1, 1, visit_repeat_all},
    {"aggregate", 1, 2, visit_aggregate}, {"sort", 0, 16, visit_sort},
};

}  // namespace

std::span<const Function> filtering_functions() { return k_functions; }

}  // namespace fhir::fhirpath
