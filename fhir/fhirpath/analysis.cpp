#include "fhir/fhirpath/analysis.h"

#include <algorithm>

#include "fhir/fhirpath/analyzer.h"
#include "fhir/formats/json_document.h"

namespace fhir::fhirpath {

const Issue* Analysis::first_error() const {
  for (const Issue& issue : issues) {
    if (issue.severity == Severity::error) return &issue;
  }
  return nullptr;
}

Analysis analyze(const Expression& expression, const DefinitionStore& definitions,
                 const AnalysisInput& input) {
  Analyzer analyzer(expression.program(), definitions, input);
  Analysis analysis;
  const Shape shape = analyzer.run();
  analysis.result_type = shape.description();
  if (shape.is_known() && shape.types.size() == 1) analysis.type = shape.types[0].fhir;
  analysis.issues = analyzer.take_issues();
  return analysis;
}

bool is_accepted(const Shape& shape, Categories accepted) {
  if (accepted == 0 || !shape.is_known()) return true;
  return std::any_of(shape.types.begin(), shape.types.end(), [&](const StaticType& type) {
    const bool has_text = type.fhir != nullptr && type.fhir->primitive != Primitive::none;
    return (category_of(type) & accepted) != 0 || ((accepted & k_string) != 0 && has_text);
  });
}

Analyzer::Analyzer(const Program& program, const DefinitionStore& definitions,
                   const AnalysisInput& input)
    : program_(program),
      definitions_(definitions),
      input_(input),
      context_(Shape::open()),
      resource_(Shape::open()),
      variables_(program.variable_count, Shape::open()) {
  if (input.context != nullptr) context_ = Shape::one(StaticType{input.context, ItemKind::element});
  const TypeSchema* resource = input.resource;
  if (resource == nullptr && input.context != nullptr && input.context->kind == TypeKind::resource)
    resource = input.context;
  if (resource != nullptr) resource_ = Shape::one(StaticType{resource, ItemKind::element});
}

Shape Analyzer::run() { return visit(*program_.root, {context_, Shape::open()}); }

void Analyzer::report(const Node& node, Severity severity, IssueType type,
                      std::string diagnostics) {
  if (issues_.size() >= k_issues_max) return;
  Issue issue = make_issue(type, std::move(diagnostics));
  issue.severity = severity;
  const json::Position position = json::position_in(program_.source, node.offset);
  issue.line = position.line;
  issue.column = position.column;
  issues_.push_back(std::move(issue));
}

Shape Analyzer::named(std::string_view type) const {
  const TypeSchema* found = definitions_.type(type);
  return found != nullptr ? Shape::one(StaticType{found, ItemKind::element}) : Shape::open();
}

Shape Analyzer::input_of(const Node& node, const Place& place) {
  return node.input != nullptr ? visit(*node.input, place) : place.self;
}

Shape Analyzer::visit(const Node& node, const Place& place) {
  switch (node.kind) {
    case NodeKind::constant: {
      Shape shape;
      for (const Item& item : node.constant) shape.add(Shape::one(item.kind()));
      return shape;
    }
    case NodeKind::child:
      return child(node, place);
    case NodeKind::root_type:
      return root_type(node, place);
    case NodeKind::function:
      return function(node, place);
    case NodeKind::operation:
      return operation(node, place);
    case NodeKind::sign: {
      const Shape inner = visit(*node.arguments[0], place);
      if (node.name != "desc" && !is_accepted(inner, k_number | k_quantity | k_string))
        report(node, Severity::error, IssueType::value, "A sign stands before what is no number");
      return inner;
    }
    case NodeKind::type_operation:
      return type_operation(node, input_of(node, place), node.name == "is", node.name == "as");
    case NodeKind::indexer:
      return indexer(node, place);
    case NodeKind::self:
      return place.self;
    case NodeKind::index:
      return Shape::one(ItemKind::integer);
    case NodeKind::total:
      return place.total;
    case NodeKind::context:
      return context_;
    case NodeKind::resource:
      return resource_;
    case NodeKind::root_resource:
      return Shape::open();
    case NodeKind::variable:
      return variables_[node.slot];
    case NodeKind::external:
      return external(node);
  }
  return Shape::open();
}

Shape Analyzer::child(const Node& node, const Place& place) {
  const Shape input = input_of(node, place);
  bool found = false;
  Shape shape = members_of(input, node.name, found);
  if (found) return shape;
  report(node, Severity::error, IssueType::invalid,
         input.as_single().description() + " has no member " + std::string(node.name));
  return Shape::open();
}

Shape Analyzer::root_type(const Node& node, const Place& place) {
  const StaticType wanted{node.type.fhir, ItemKind::element};
  Shape shape;
  shape.is_single = place.self.is_single;
  for (const StaticType& type : place.self.types) {
    if (may_be(type, node.type)) shape.add(type.fhir->is_a(node.type.fhir) ? type : wanted);
  }
  if (!shape.types.empty()) return shape;
  if (!place.self.is_open)
    report(node, Severity::error, IssueType::invalid,
           "The path is one of " + std::string(node.name) + ", and the context is " +
               place.self.as_single().description());
  return Shape::one(wanted);
}

Shape Analyzer::indexer(const Node& node, const Place& place) {
  const Shape input = input_of(node, place);
  const Shape index = visit(*node.arguments[0], place);
  if (!is_accepted(index, k_number))
    report(node, Severity::error, IssueType::value, "An index is an integer");
  need_order(node, input);
  return input.as_single();
}

/// is_test: `is`, which yields a boolean. is_mistake: what never matches is an error.
Shape Analyzer::type_operation(const Node& node, const Shape& input, bool is_test,
                               bool is_mistake) {
  const bool is_possible = !input.is_known() || std::any_of(input.types.begin(), input.types.end(),
                                                            [&](const StaticType& type) {
                                                              return may_be(type, node.type);
                                                            });
  if (!is_possible) {
    // Primitives of one System type are told apart by no more than their names.
    const bool is_near = node.type.fhir != nullptr &&
                         (input.categories() & category_of({node.type.fhir})) != 0 &&
                         node.type.fhir->primitive != Primitive::none;
    report(node, is_mistake && !is_near ? Severity::error : Severity::warning, IssueType::value,
           input.as_single().description() + " is never " + node.type.name);
  }
  if (is_test) return Shape::one(ItemKind::boolean);
  // as() takes one item, though its evaluation filters for the sake of R4's dom-3.
  if (node.kind == NodeKind::function && node.name == "as" && input.is_known() && !input.is_single)
    report(node, Severity::error, IssueType::value, "as() takes one item; ofType() takes several");
  return is_possible ? narrowed(input, node.type) : Shape::open();
}

Shape Analyzer::external(const Node& node) {
  for (const Variable& variable : input_.variables) {
    if (variable.name != node.name) continue;
    Shape shape;
    for (const Item& item : variable.items) {
      const Element* element = item.element();
      if (element == nullptr) {
        shape.add(Shape::one(item.kind()));
      } else if (element->type != nullptr) {
        shape.add(Shape::one(StaticType{element->type, ItemKind::element}));
      } else {
        shape.add(Shape::open());
      }
    }
    return shape;
  }
  report(node, Severity::error, IssueType::invalid,
         "The constant %" + std::string(node.name) + " is not known");
  return Shape::open();
}

void Analyzer::need_order(const Node& node, const Shape& input) {
  if (!input.is_ordered)
    report(node, Severity::warning, IssueType::business_rule,
           "Items are picked by their position, and their order is undefined");
}

}  // namespace fhir::fhirpath
