#include "fhir/fhirpath/parse_tree.h"

#include "fhir/fhirpath/item_json.h"
#include "fhir/fhirpath/node.h"
#include "fhir/formats/json_writer.h"

namespace fhir::fhirpath {
namespace {

struct Words {
  std::string_view type;
  std::string name;
};

Words words_of(const Node& node) {
  switch (node.kind) {
    case NodeKind::constant:
      return {"ConstantExpression", node.constant.empty() ? "{}" : literal_text(node.constant[0])};
    case NodeKind::child:
    case NodeKind::root_type:
      return {"ChildExpression", std::string(node.name)};
    case NodeKind::function:
      return {"FunctionCallExpression", std::string(node.name)};
    case NodeKind::operation:
    case NodeKind::type_operation:
      return {"BinaryExpression", std::string(node.name)};
    case NodeKind::sign:
      return {"UnaryExpression", std::string(node.name)};
    case NodeKind::indexer:
      return {"IndexerExpression", "[]"};
    case NodeKind::self:
    case NodeKind::index:
    case NodeKind::total:
      return {"AxisExpression", std::string(node.name)};
    case NodeKind::context:
      return {"VariableRefExpression", "context"};
    case NodeKind::resource:
      return {"VariableRefExpression", "resource"};
    case NodeKind::root_resource:
      return {"VariableRefExpression", "rootResource"};
    case NodeKind::variable:
    case NodeKind::external:
      break;
  }
  return {"VariableRefExpression", std::string(node.name)};
}

bool is_step(const Node& node) {
  return node.kind == NodeKind::child || node.kind == NodeKind::function ||
         node.kind == NodeKind::indexer;
}

void write(json::Builder& out, const Node& node);

/// Where a path starts at $this without saying so.
void write_implied_input(json::Builder& out) {
  out.begin_object().string("ExpressionType", "AxisExpression").string("Name", "builtin.that");
  out.end_object();
}

void write_arguments(json::Builder& out, const Node& node) {
  const bool has_type = !node.type.name.empty();
  if (!is_step(node) && node.input == nullptr && node.arguments.empty() && !has_type) return;
  out.key("Arguments").begin_array();
  if (node.input != nullptr) {
    write(out, *node.input);
  } else if (is_step(node)) {
    write_implied_input(out);
  }
  for (const Node* argument : node.arguments) write(out, *argument);
  if (has_type)
    out.begin_object()
        .string("ExpressionType", "ConstantExpression")
        .string("Name", node.type.name)
        .end_object();
  out.end_array();
}

/// As deep as the limit on an expression's nesting.
void write(json::Builder& out, const Node& node) {
  const Words words = words_of(node);
  out.begin_object().string("ExpressionType", words.type).string("Name", words.name);
  write_arguments(out, node);
  out.number("Position", node.offset).end_object();
}

}  // namespace

std::string parse_tree_json(const Expression& expression) {
  std::string text;
  json::Builder out(text);
  write(out, *expression.program().root);
  return text;
}

}  // namespace fhir::fhirpath
