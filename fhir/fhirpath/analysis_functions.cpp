// What functions ask of their input and arguments. https://hl7.org/fhirpath/N1/#functions
#include <algorithm>
#include <array>

#include "fhir/fhirpath/analyzer.h"
#include "fhir/fhirpath/functions.h"

namespace fhir::fhirpath {
namespace {

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Shape numbers_of(const Shape& input) {
  Shape shape;
  if (!input.is_known()) return Shape::open().as_single();
  for (const StaticType& type : input.types) {
    const Categories category = category_of(type);
    if (category == k_quantity) shape.types.push_back(StaticType::of(ItemKind::quantity));
    if (category != k_number) continue;
    shape.add(StaticType::of(ItemKind::integer));
    shape.add(StaticType::of(ItemKind::decimal));
  }
  return shape;
}

Shape yielded(Yields yields, const Shape& input) {
  constexpr std::array<ItemKind, 9> k_kinds = {
      ItemKind::boolean,   ItemKind::integer, ItemKind::decimal,
      ItemKind::string,    ItemKind::string,  ItemKind::date,
      ItemKind::date_time, ItemKind::time,    ItemKind::quantity};
  switch (yields) {
    case Yields::input:
      return input;
    case Yields::one_input:
      return input.as_single();
    case Yields::number:
      return numbers_of(input);
    case Yields::special:
    case Yields::anything:
      return Shape::open();
    default:
      break;
  }
  Shape shape = Shape::one(
      k_kinds[static_cast<std::size_t>(yields) - static_cast<std::size_t>(Yields::boolean)]);
  shape.is_single = yields != Yields::strings;
  return shape;
}

}  // namespace

void Analyzer::need_boolean(const Node& node, const Shape& criterion, Severity severity) {
  if (!is_accepted(criterion, k_boolean))
    report(node, severity, IssueType::value,
           "The criterion of " + std::string(node.name) + "() is a boolean, and this is " +
               criterion.description());
}

Shape Analyzer::function(const Node& node, const Place& place) {
  const Shape input = input_of(node, place);
  if (node.function->takes_type)
    return type_operation(node, input, node.name == "is", node.name != "is");
  if (const Signature* signature = find_signature(node.name))
    return by_signature(node, *signature, input, place);
  return scoped_function(node, input, place);
}

Shape Analyzer::by_signature(const Node& node, const Signature& signature, const Shape& input,
                             const Place& place) {
  if (!is_accepted(input, signature.input))
    report(node, Severity::error, IssueType::value,
           std::string(node.name) + "() takes " + words_of(signature.input) + ", and this is " +
               input.description());
  for (std::size_t i = 0; i < node.arguments.size(); ++i) {
    const Shape argument = visit(*node.arguments[i], place);
    const Categories accepted = i < signature.arguments.size() ? signature.arguments[i] : k_any;
    if (!is_accepted(argument, accepted))
      report(*node.arguments[i], Severity::error, IssueType::value,
             std::string(node.name) + "() takes " + words_of(accepted) +
                 " as an argument, and this is " + argument.description());
  }
  if (node.function->takes_regex && constant_string(*node.arguments[0]).data() != nullptr &&
      node.regex == nullptr)
    report(node, Severity::error, IssueType::value, "Not a regular expression that is supported");
  if (signature.needs_order) need_order(node, input);
  Shape shape = yielded(signature.yields, input);
  if (is_one_of(node.name, {"children", "descendants"})) shape.is_ordered = false;
  return shape;
}

Shape Analyzer::scoped_function(const Node& node, const Shape& input, const Place& place) {
  const Place inner{input.as_single(), place.total};
  if (is_one_of(node.name, {"where", "all", "exists"})) {
    for (const Node* argument : node.arguments)
      need_boolean(node, visit(*argument, inner), Severity::warning);
    return node.name == "where" ? input : Shape::one(ItemKind::boolean);
  }
  if (node.name == "select") {
    Shape shape = visit(*node.arguments[0], inner);
    shape.is_single = shape.is_single && input.is_single;
    shape.is_ordered = shape.is_ordered && input.is_ordered;
    return shape;
  }
  if (is_one_of(node.name, {"repeat", "repeatAll"})) return repeat(node, input, place);
  if (node.name == "aggregate") return aggregate(node, input, place);
  if (node.name == "iif") return iif(node, input, place);
  if (is_one_of(node.name, {"sort", "trace"})) {
    for (const Node* argument : node.arguments) visit(*argument, inner);
    Shape shape = input;
    if (node.name == "sort") shape.is_ordered = true;
    return shape;
  }
  if (node.name == "defineVariable") {
    Shape value = node.arguments.size() == 2 ? visit(*node.arguments[1], inner) : input;
    variables_[node.slot] = std::move(value);
    return input;
  }
  if (is_one_of(node.name, {"union", "combine", "coalesce"})) {
    std::vector<const Node*> parts(node.arguments);
    if (node.name == "combine") parts.resize(1);
    Shape shape = alternatives(parts, place);
    if (node.name != "coalesce") shape.add(input);
    shape.is_single = false;
    return shape;
  }
  for (const Node* argument : node.arguments) {
    const Shape shape = visit(*argument, place);
    if (node.name == "extension" && !is_accepted(shape, k_string))
      report(*argument, Severity::error, IssueType::value, "extension() takes a url");
  }
  Shape shape = node.name == "extension"           ? named("Extension")
                : node.name == "resolve"           ? named("Resource")
                : node.name == "elementDefinition" ? named("ElementDefinition")
                : node.name == "type"              ? Shape::one(ItemKind::type)
                                                   : Shape::open();
  shape.is_single = input.is_single && node.name != "extension";
  return shape;
}

Shape Analyzer::repeat(const Node& node, const Shape& input, const Place& place) {
  Shape found;
  Shape generation = input.as_single();
  // What is found once is searched in turn; types are few, so this ends soon.
  constexpr int k_generations_max = 8;
  for (int i = 0; i < k_generations_max && (i == 0 || generation.is_known()); ++i) {
    const std::size_t issues_before = issues_.size();
    const Shape next = visit(*node.arguments[0], {generation.as_single(), place.total});
    // A member that only the first generation has ends the search; it is no mistake.
    if (i > 0) issues_.resize(issues_before);
    const std::size_t known = found.types.size();
    const bool was_open = found.is_open;
    found.add(next);
    if (found.types.size() == known && found.is_open == was_open) break;
    generation = next;
  }
  found.is_single = false;
  return found;
}

Shape Analyzer::aggregate(const Node& node, const Shape& input, const Place& place) {
  Shape total = Shape::open().as_single();
  if (node.arguments.size() == 2) {
    total = visit(*node.arguments[1], place);
  }
  Shape shape = visit(*node.arguments[0], {input.as_single(), total});
  if (node.arguments.size() == 2) {
    const bool is_single = shape.is_single && total.is_single;
    shape.add(total);
    shape.is_single = is_single;
  }
  return shape;
}

Shape Analyzer::iif(const Node& node, const Shape& input, const Place& place) {
  Place inner = place;
  if (node.input != nullptr) inner.self = input.as_single();
  need_boolean(node, visit(*node.arguments[0], inner), Severity::error);
  Shape shape = visit(*node.arguments[1], inner);
  if (node.arguments.size() == 3) {
    const Shape otherwise = visit(*node.arguments[2], inner);
    const bool is_single = shape.is_single && otherwise.is_single;
    shape.add(otherwise);
    shape.is_single = is_single;
  }
  return shape;
}

}  // namespace fhir::fhirpath
