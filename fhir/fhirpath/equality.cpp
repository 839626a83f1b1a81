// = and ~, in and contains. https://hl7.org/fhirpath/N1/#equality
#include <algorithm>
#include <cctype>

#include "fhir/fhirpath/functions.h"
#include "fhir/fhirpath/operators.h"

namespace fhir::fhirpath {
namespace {

enum class Strictness : std::uint8_t { equal, equivalent };

/// Letters of any case alike, and every run of white space as one blank.
bool equivalent_strings(std::string_view a, std::string_view b) {
  auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_blank(a[i]) && is_blank(b[j])) {
      while (i < a.size() && is_blank(a[i])) ++i;
      while (j < b.size() && is_blank(b[j])) ++j;
    } else if (lower(a[i]) == lower(b[j])) {
      ++i;
      ++j;
    } else {
      return false;
    }
  }
  return i == a.size() && j == b.size();
}

/// Equal when both are rounded to the smaller number of digits after the point.
bool equivalent_decimals(const Decimal& a, const Decimal& b) {
  const int digits = std::min(a.normalized().scale(), b.normalized().scale());
  return a.round(digits) == b.round(digits);
}

Truth truth_of_order(const std::optional<std::strong_ordering>& order, Strictness strictness) {
  if (order) return truth_of(*order == 0);
  return strictness == Strictness::equal ? Truth::empty : Truth::no;
}

Truth compare_quantities(Evaluation& evaluation, Operand& a, Operand& b, Strictness strictness) {
  // A calendar year or month and its UCUM namesake are of different length: alike, never equal.
  if (a.is_calendar != b.is_calendar && strictness == Strictness::equal) {
    const std::string_view word = a.is_calendar ? a.text : b.text;
    if (word == "year" || word == "month") return Truth::empty;
  }
  // What is less precise shows in the coarser unit: 4 'g' ~ 4040 'mg'.
  const auto wanted = strictness == Strictness::equal ? CommonUnit::finer : CommonUnit::coarser;
  if (!same_unit(evaluation.environment().units, a, b, wanted))
    return strictness == Strictness::equal ? Truth::empty : Truth::no;
  return truth_of(strictness == Strictness::equal ? a.decimal == b.decimal
                                                  : equivalent_decimals(a.decimal, b.decimal));
}

bool is_date(const Operand& operand) {
  return operand.kind == ItemKind::date || operand.kind == ItemKind::date_time;
}

Truth compare_operands(Evaluation& evaluation, Operand& a, Operand& b, Strictness strictness) {
  if (a.is_number() && b.is_number()) {
    if (a.kind == b.kind && a.kind == ItemKind::integer) return truth_of(a.integer == b.integer);
    return truth_of(strictness == Strictness::equal
                        ? a.as_decimal() == b.as_decimal()
                        : equivalent_decimals(a.as_decimal(), b.as_decimal()));
  }
  if (is_date(a) && is_date(b))
    return truth_of_order(
        DateTime::compare(a.date_time, b.date_time, evaluation.environment().offset_minutes),
        strictness);
  if ((a.kind == ItemKind::quantity && b.is_number()) ||
      (b.kind == ItemKind::quantity && a.is_number())) {
    a.make_quantity();
    b.make_quantity();
  }
  if (a.kind != b.kind) return Truth::no;
  switch (a.kind) {
    case ItemKind::boolean:
      return truth_of(a.boolean == b.boolean);
    case ItemKind::string:
      return truth_of(strictness == Strictness::equal ? a.text == b.text
                                                      : equivalent_strings(a.text, b.text));
    case ItemKind::time:
      return truth_of_order(TimeOfDay::compare(a.time, b.time), strictness);
    case ItemKind::quantity:
      return compare_quantities(evaluation, a, b, strictness);
    default:
      return Truth::no;
  }
}

Truth compare_two(Evaluation& evaluation, const Item& a, const Item& b, Strictness strictness);

/// Complex elements: the same children, each name's in their order. A child without a match, or a
/// match of unknown outcome, decides.
Truth compare_children(Evaluation& evaluation, const Element& a, const Element& b,
                       Strictness strictness) {
  Truth result = Truth::yes;
  std::size_t count = 0;
  std::string_view last_name;
  std::size_t position = 0;
  for_each_child(a, [&](std::string_view name, const Element& child) {
    if (strictness == Strictness::equivalent && name == "id") return true;
    ++count;
    position = name == last_name ? position + 1 : 0;
    last_name = name;
    if (!evaluation.spend(position / 64)) {  // the items before it are passed over
      result = Truth::failed;
      return false;
    }
    std::size_t at = 0;
    Truth match = Truth::no;
    for_each_child_named(b, name, name_hash(name), [&](const Element& other) {
      if (at++ != position) return true;
      match = compare_two(evaluation, Item(child), Item(other), strictness);
      return false;
    });
    if (match != Truth::yes) result = match;
    return match == Truth::yes;
  });
  if (result != Truth::yes) return result;
  std::size_t other_count = 0;
  for_each_child(b, [&](std::string_view name, const Element&) {
    if (strictness == Strictness::equal || name != "id") ++other_count;
    return true;
  });
  return truth_of(count == other_count);
}

Truth compare_two(Evaluation& evaluation, const Item& a, const Item& b, Strictness strictness) {
  if (!evaluation.spend()) return Truth::failed;
  const Element* left = a.element();
  const Element* right = b.element();
  if (left != nullptr && right != nullptr) {
    if (left->value == right->value && left->sibling == right->sibling) return Truth::yes;
    const bool is_complex = (left->value != nullptr && left->value->is_object()) ||
                            (right->value != nullptr && right->value->is_object());
    if (is_complex) return compare_children(evaluation, *left, *right, strictness);
    if (!left->has_value() || !right->has_value()) {
      if (left->has_value() != right->has_value()) return Truth::no;
      return compare_children(evaluation, *left, *right, strictness);
    }
  }
  if (a.kind() == ItemKind::type && b.kind() == ItemKind::type)
    return truth_of(a.type_value().name == b.type_value().name &&
                    a.type_value().name_space == b.type_value().name_space);
  Operand x;
  Operand y;
  const bool is_known = x.read(a) && y.read(b);
  if (!is_known) {  // a value that its type does not allow: its characters are all there is
    return left != nullptr && right != nullptr ? truth_of(left->text() == right->text())
                                               : Truth::no;
  }
  return compare_operands(evaluation, x, y, strictness);
}

Truth equal_collections(Evaluation& evaluation, const Node& node, const Scope& scope) {
  Collection a;
  Collection b;
  if (!evaluation.collect(*node.arguments[0], scope, a) ||
      !evaluation.collect(*node.arguments[1], scope, b))
    return Truth::failed;
  if (a.empty() || b.empty()) return Truth::empty;
  if (a.size() != b.size()) return Truth::no;
  Truth result = Truth::yes;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Truth truth = items_equal(evaluation, a[i], b[i]);
    if (truth == Truth::no || truth == Truth::failed) return truth;
    if (truth == Truth::empty) result = truth;
  }
  return result;
}

/// Every item has a partner of its own on the other side, in any order.
Truth equivalent_collections(Evaluation& evaluation, const Node& node, const Scope& scope) {
  Collection a;
  Collection b;
  if (!evaluation.collect(*node.arguments[0], scope, a) ||
      !evaluation.collect(*node.arguments[1], scope, b))
    return Truth::failed;
  if (a.size() != b.size()) return Truth::no;
  std::vector<bool> taken(b.size());
  for (const Item& item : a) {
    bool has_partner = false;
    for (std::size_t i = 0; i < b.size() && !has_partner; ++i) {
      if (taken[i] || !items_equivalent(evaluation, item, b[i])) continue;
      taken[i] = true;
      has_partner = true;
    }
    if (evaluation.failed()) return Truth::failed;
    if (!has_partner) return Truth::no;
  }
  return Truth::yes;
}

/// Whether an element of a string type has this very text: no value is made for the comparison.
Truth element_equals_text(const Element& element, std::string_view text) {
  if (element.value == nullptr || !element.value->is_string()) return Truth::no;
  if (element.type != nullptr && system_kind(element.type->primitive) != ItemKind::string)
    return Truth::no;
  return truth_of(element.text() == text);
}

/// `path = 'literal'`: arguments[0] the path, arguments[1] the literal.
Truth truth_equal_text(Evaluation& evaluation, const Node& node, const Scope& scope) {
  const std::string_view text = node.arguments[1]->constant[0].string();
  int count = 0;
  Truth result = Truth::empty;
  evaluation.visit(*node.arguments[0], scope, [&](const Item& item) {
    if (count++ != 0) {
      result = Truth::no;  // several items never equal one
      return false;
    }
    const Element* element = item.element();
    result = element != nullptr                ? element_equals_text(*element, text)
             : item.kind() == ItemKind::string ? truth_of(item.string() == text)
                                               : Truth::no;
    return true;
  });
  return evaluation.failed() ? Truth::failed : result;
}

Truth truth_not_equal_text(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return negation(truth_equal_text(evaluation, node, scope));
}

/// `a.exists() = b.exists()`: two booleans, no items.
Truth truth_equal_truth(Evaluation& evaluation, const Node& node, const Scope& scope) {
  const Truth left = evaluation.truth(*node.arguments[0], scope);
  if (left == Truth::empty || left == Truth::failed) return left;
  const Truth right = evaluation.truth(*node.arguments[1], scope);
  if (right == Truth::empty || right == Truth::failed) return right;
  return truth_of(left == right);
}

Truth truth_not_equal_truth(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return negation(truth_equal_truth(evaluation, node, scope));
}

/// `one in many`: empty when there is no one, false when there are no many.
Truth membership(Evaluation& evaluation, const Node& one, const Node& many, const Scope& scope) {
  Item item;
  const Found found = evaluation.single(one, scope, item);
  if (found != Found::one) return found == Found::none ? Truth::empty : Truth::failed;
  const Item wanted = to_system(item).value_or(item);
  const bool is_text = wanted.kind() == ItemKind::string;
  bool is_member = false;
  evaluation.visit_loosely(many, scope, [&](const Item& other) {
    const Element* element = other.element();
    const Truth truth = is_text && element != nullptr
                            ? element_equals_text(*element, wanted.string())
                            : items_equal(evaluation, wanted, other);
    is_member = truth == Truth::yes;
    return !is_member;
  });
  return evaluation.failed() ? Truth::failed : truth_of(is_member);
}

}  // namespace

Truth items_equal(Evaluation& evaluation, const Item& a, const Item& b) {
  return compare_two(evaluation, a, b, Strictness::equal);
}

bool items_equivalent(Evaluation& evaluation, const Item& a, const Item& b) {
  return compare_two(evaluation, a, b, Strictness::equivalent) == Truth::yes;
}

namespace operators {

Truth truth_equal(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return equal_collections(evaluation, node, scope);
}

Truth truth_not_equal(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return negation(equal_collections(evaluation, node, scope));
}

Truth truth_equivalent(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return equivalent_collections(evaluation, node, scope);
}

Truth truth_not_equivalent(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return negation(equivalent_collections(evaluation, node, scope));
}

Truth truth_in(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return membership(evaluation, *node.arguments[0], *node.arguments[1], scope);
}

Truth truth_contains(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return membership(evaluation, *node.arguments[1], *node.arguments[0], scope);
}

}  // namespace operators

void specialize_equality(Node& node) {
  const bool is_equal = node.truth == operators::truth_equal;
  if (!is_equal && node.truth != operators::truth_not_equal) return;
  if (constant_string(*node.arguments[0]).data() != nullptr &&
      constant_string(*node.arguments[1]).data() == nullptr)
    std::swap(node.arguments[0], node.arguments[1]);
  if (constant_string(*node.arguments[1]).data() != nullptr) {
    node.truth = is_equal ? truth_equal_text : truth_not_equal_text;
  } else if (node.arguments[0]->truth != nullptr && node.arguments[1]->truth != nullptr) {
    node.truth = is_equal ? truth_equal_truth : truth_not_equal_truth;
  }
}

}  // namespace fhir::fhirpath
