// What operators ask of their operands. https://hl7.org/fhirpath/N1/#operations
#include <array>

#include "fhir/fhirpath/analyzer.h"

namespace fhir::fhirpath {
namespace {

struct Pair {
  Categories left;
  Categories right;
};

constexpr Categories k_measured = k_number | k_quantity;

constexpr std::array<Pair, 4> k_sums = {{{k_number, k_number},
                                         {k_measured, k_measured},
                                         {k_string, k_string},
                                         {k_date | k_time, k_quantity}}};
constexpr std::array<Pair, 3> k_differences = {
    {{k_number, k_number}, {k_measured, k_measured}, {k_date | k_time, k_quantity}}};
constexpr std::array<Pair, 1> k_products = {{{k_measured, k_measured}}};
constexpr std::array<Pair, 4> k_orders = {
    {{k_measured, k_measured}, {k_string, k_string}, {k_date, k_date}, {k_time, k_time}}};

template <std::size_t size>
bool fits(const std::array<Pair, size>& pairs, const Shape& left, const Shape& right) {
  if (!left.is_known() || !right.is_known()) return true;
  const Categories a = left.categories();
  const Categories b = right.categories();
  for (const Pair& pair : pairs) {
    if ((a & pair.left) != 0 && (b & pair.right) != 0) return true;
  }
  return false;
}

bool is_arithmetic(std::string_view symbol) {
  for (std::string_view known : {"+", "-", "*", "/", "div", "mod"}) {
    if (symbol == known) return true;
  }
  return false;
}

bool is_order(std::string_view symbol) {
  return symbol == "<" || symbol == "<=" || symbol == ">" || symbol == ">=";
}

bool is_all_of(const Shape& shape, ItemKind kind) {
  for (const StaticType& type : shape.types) {
    if (type.fhir != nullptr ? category_of(type) != k_number || type.fhir->name == "decimal"
                             : type.system != kind)
      return false;
  }
  return shape.is_known();
}

}  // namespace

/// A path of another type's resource is no mistake where an alternative is of this one's: search
/// parameters of several types are written so.
Shape Analyzer::alternatives(const std::vector<const Node*>& parts, const Place& place) {
  Shape shape;
  std::vector<Issue> mismatches;
  bool has_fitting = false;
  for (const Node* part : parts) {
    const std::size_t before = issues_.size();
    const Shape one = visit(*part, place);
    const bool is_mismatch = issues_.size() > before && is_of_other_type(*part, place);
    if (is_mismatch) {
      mismatches.insert(mismatches.end(), issues_.begin() + static_cast<std::ptrdiff_t>(before),
                        issues_.end());
      issues_.resize(before);
      continue;
    }
    has_fitting = true;
    shape.add(one);
  }
  if (!has_fitting) issues_.insert(issues_.end(), mismatches.begin(), mismatches.end());
  shape.is_single = shape.is_single && parts.size() == 1;
  return shape;
}

/// Whether the path begins with a type that $this cannot be.
bool Analyzer::is_of_other_type(const Node& node, const Place& place) {
  const Node* start = &node;
  while (start->input != nullptr || start->kind == NodeKind::operation) {
    start = start->input != nullptr ? start->input : start->arguments[0];
  }
  if (start->kind != NodeKind::root_type || !place.self.is_known()) return false;
  for (const StaticType& type : place.self.types) {
    if (may_be(type, start->type)) return false;
  }
  return true;
}

Shape Analyzer::operation(const Node& node, const Place& place) {
  if (node.name == "|") return alternatives(node.arguments, place);
  if (node.arguments.size() != 2) {  // a chain of `and`, `or`
    for (const Node* argument : node.arguments) visit(*argument, place);
    return Shape::one(ItemKind::boolean);
  }
  const Shape left = visit(*node.arguments[0], place);
  const Shape right = visit(*node.arguments[1], place);
  if (is_arithmetic(node.name)) return arithmetic(node, left, right);
  if (node.name == "&") {
    if (!is_accepted(left, k_string) || !is_accepted(right, k_string))
      report(node, Severity::error, IssueType::value, "The operator & joins strings");
    return Shape::one(ItemKind::string);
  }
  if (is_order(node.name)) comparison(node, left, right);
  return Shape::one(ItemKind::boolean);
}

Shape Analyzer::arithmetic(const Node& node, const Shape& left, const Shape& right) {
  const bool is_fitting = node.name == "+"   ? fits(k_sums, left, right)
                          : node.name == "-" ? fits(k_differences, left, right)
                                             : fits(k_products, left, right);
  if (!is_fitting) {
    report(node, Severity::error, IssueType::value,
           "The operator " + std::string(node.name) + " does not take " + left.description() +
               " and " + right.description());
    return Shape::open().as_single();
  }
  if (node.name == "div") return Shape::one(ItemKind::integer);
  if (!left.is_known() || !right.is_known()) return Shape::open().as_single();
  const bool is_integral =
      is_all_of(left, ItemKind::integer) && is_all_of(right, ItemKind::integer);
  if (is_integral && node.name != "/") return Shape::one(ItemKind::integer);
  const Categories both = static_cast<Categories>(left.categories() | right.categories());
  if (both == k_number) return Shape::one(ItemKind::decimal);
  if (both == k_string) return Shape::one(ItemKind::string);
  if ((both & ~k_measured) == 0) return Shape::one(ItemKind::quantity);
  return left.as_single();  // a date moved by a duration
}

void Analyzer::comparison(const Node& node, const Shape& left, const Shape& right) {
  if (!fits(k_orders, left, right))
    report(node, Severity::error, IssueType::value,
           left.description() + " and " + right.description() + " have no order");
}

}  // namespace fhir::fhirpath
