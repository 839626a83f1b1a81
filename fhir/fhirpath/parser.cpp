// Precedence climbing over the N1 grammar; constants are folded as nodes are made.
// https://hl7.org/fhirpath/N1/#operator-precedence
#include "fhir/fhirpath/parser.h"

#include <algorithm>
#include <array>

#include "fhir/base/limits.h"
#include "fhir/fhirpath/functions.h"

namespace fhir::fhirpath {
namespace {

struct Operator {
  std::string_view symbol;
  int strength;  // binds tighter when larger
  VisitFunction visit;
  TruthFunction truth;
};

constexpr int k_weakest = 1;
constexpr int k_type_strength = 8;

constexpr std::array<Operator, 24> k_operators = {{
    {"implies", 1, visit_truth, operators::truth_implies},
    {"or", 2, visit_truth, operators::truth_or},
    {"xor", 2, visit_truth, operators::truth_xor},
    {"and", 3, visit_truth, operators::truth_and},
    {"in", 4, visit_truth, operators::truth_in},
    {"contains", 4, visit_truth, operators::truth_contains},
    {"=", 5, visit_truth, operators::truth_equal},
    {"!=", 5, visit_truth, operators::truth_not_equal},
    {"~", 5, visit_truth, operators::truth_equivalent},
    {"!~", 5, visit_truth, operators::truth_not_equivalent},
    {"<", 6, visit_truth, operators::truth_less},
    {"<=", 6, visit_truth, operators::truth_less_or_equal},
    {">", 6, visit_truth, operators::truth_greater},
    {">=", 6, visit_truth, operators::truth_greater_or_equal},
    {"|", 7, operators::visit_union, nullptr},
    {"is", k_type_strength, visit_truth, operators::truth_is},
    {"as", k_type_strength, operators::visit_as, nullptr},
    {"+", 9, operators::visit_plus, nullptr},
    {"-", 9, operators::visit_minus, nullptr},
    {"&", 9, operators::visit_concatenate, nullptr},
    {"*", 10, operators::visit_times, nullptr},
    {"/", 10, operators::visit_divide, nullptr},
    {"div", 10, operators::visit_div, nullptr},
    {"mod", 10, operators::visit_mod, nullptr},
}};

const Operator* operator_of(const Token& token) {
  if (token.kind != TokenKind::symbol &&
      (token.kind != TokenKind::identifier || token.is_delimited))
    return nullptr;
  for (const Operator& known : k_operators) {
    if (token.text == known.symbol) return &known;
  }
  return nullptr;
}

/// Keywords that the grammar does not allow as identifiers unless they are delimited.
bool is_reserved(const Token& token) {
  if (token.is_delimited) return false;
  for (std::string_view word : {"and", "or", "xor", "implies", "div", "mod", "true", "false"}) {
    if (token.text == word) return true;
  }
  return false;
}

}  // namespace

std::string_view constant_string(const Node& node) {
  if (!node.is_constant || node.constant.size() != 1 || node.constant[0].kind() != ItemKind::string)
    return {};
  const std::string_view text = node.constant[0].string();
  return text.data() == nullptr ? std::string_view("") : text;
}

Parser::Parser(std::string_view source, const DefinitionStore& definitions)
    : definitions_(definitions),
      program_(std::make_unique<Program>(Program{.source = std::string(source)})),
      lexer_(program_->source) {}

Result<std::unique_ptr<Program>> Parser::parse() {
  if (program_->source.size() > k_expression_bytes_max)
    return unexpected(make_issue(
        IssueType::too_long,
        "The expression is longer than " + std::to_string(k_expression_bytes_max) + " bytes"));
  FHIR_CHECK(advance());
  FHIR_TRY(root, expression(k_weakest));
  if (token_.kind != TokenKind::end) return error("an operator is expected");
  program_->root = root;
  return std::move(program_);
}

Unexpected<Issue> Parser::error(std::string diagnostics) const {
  return unexpected(lexer_.error_at(token_.offset, std::move(diagnostics)));
}

Result<void> Parser::advance() {
  FHIR_TRY(token, lexer_.next());
  token_ = std::move(token);
  return {};
}

Result<void> Parser::expect(std::string_view symbol) {
  if (!sees(symbol)) return error("'" + std::string(symbol) + "' is expected");
  return advance();
}

std::string_view Parser::keep(std::string name) {
  return program_->names.emplace_back(std::move(name));
}

Node* Parser::make(NodeKind kind, VisitFunction visit, TruthFunction truth, std::uint32_t offset) {
  Node& node = program_->nodes.emplace_back();
  node.kind = kind;
  node.visit = visit;
  node.truth = truth;
  node.offset = offset;
  return &node;
}

Node* Parser::constant(Item item, std::uint32_t offset) {
  Node* node = make(NodeKind::constant, operators::visit_constant, nullptr, offset);
  node->constant.push(std::move(item));
  node->is_constant = true;
  return node;
}

/// What every finished node goes through: the limit on its height, folding, specialization.
Result<Node*> Parser::finish(Node* node) {
  std::uint32_t height = node->input != nullptr ? node->input->height : 0;
  for (const Node* argument : node->arguments) height = std::max(height, argument->height);
  node->height = height + 1;
  if (node->height > k_expression_depth_max)
    return unexpected(make_issue(IssueType::too_costly, "The expression is nested too deeply"));
  specialize(*node);
  return node;
}

/// An operator over constants is a constant. One that fails stays, to fail when it is evaluated; so
/// does one over quantities, whose units only the environment knows.
void Parser::fold(Node& node) {
  for (const Node* argument : node.arguments) {
    if (!argument->is_constant) return;
    for (const Item& item : argument->constant) {
      if (item.kind() == ItemKind::quantity) return;
    }
  }
  const Environment environment;
  const Item nothing;
  Evaluation evaluation(nothing, environment, 0);
  Collection result;
  if (!evaluation.collect(node, Scope{&nothing}, result)) return;
  node.constant = std::move(result);
  node.is_constant = true;
  node.visit = operators::visit_constant;
  node.truth = nullptr;
  node.height = 1;
}

Result<Node*> Parser::expression(int strength) {
  if (++depth_ > k_expression_depth_max)
    return unexpected(make_issue(IssueType::too_costly, "The expression is nested too deeply"));
  FHIR_TRY(first, operand());
  Node* left = first;
  while (const Operator* found = operator_of(token_)) {
    if (found->strength < strength) break;
    Token symbol = token_;
    FHIR_CHECK(advance());
    if (found->strength == k_type_strength) {
      FHIR_TRY(type, type_specifier());
      Node* node = make(NodeKind::type_operation, found->visit, found->truth, symbol.offset);
      node->input = left;
      node->type = std::move(type);
      node->name = found->symbol;
      FHIR_TRY(finished, finish(node));
      left = finished;
      continue;
    }
    FHIR_TRY(right, expression(found->strength + 1));
    FHIR_TRY(joined, binary(symbol, left, right));
    left = joined;
  }
  --depth_;
  return left;
}

Result<Node*> Parser::binary(const Token& symbol, Node* left, Node* right) {
  const Operator& found = *operator_of(symbol);
  // Chains of these are one node of many arguments: long ones would pass the limit on depth.
  const bool is_chain = found.symbol == "or" || found.symbol == "and" || found.symbol == "|";
  if (is_chain && left->kind == NodeKind::operation && left->name.data() == found.symbol.data() &&
      !left->is_constant) {
    left->arguments.push_back(right);
    return finish(left);
  }
  Node* node = make(NodeKind::operation, found.visit, found.truth, symbol.offset);
  node->name = found.symbol;
  node->arguments = {left, right};
  FHIR_TRY(finished, finish(node));
  fold(*finished);
  return finished;
}

Result<Node*> Parser::operand() {
  if (!sees("+") && !sees("-")) {
    const std::size_t visible = variables_.size();
    FHIR_TRY(start, term());
    FHIR_TRY(whole, postfix(start));
    variables_.resize(visible);
    return whole;
  }
  const bool is_minus = sees("-");
  const std::uint32_t offset = token_.offset;
  FHIR_CHECK(advance());
  if (++depth_ > k_expression_depth_max)
    return unexpected(make_issue(IssueType::too_costly, "The expression is nested too deeply"));
  FHIR_TRY(inner, operand());
  --depth_;
  Node* node = make(NodeKind::sign, operators::visit_negate, nullptr, offset);
  node->slot = is_minus ? 1 : 0;
  node->name = is_minus ? "-" : "+";
  node->arguments = {inner};
  FHIR_TRY(finished, finish(node));
  fold(*finished);
  return finished;
}

Result<Node*> Parser::postfix(Node* left) {
  while (true) {
    if (sees(".")) {
      FHIR_CHECK(advance());
      FHIR_TRY(step, invocation(left));
      left = step;
    } else if (sees("[")) {
      const std::uint32_t offset = token_.offset;
      FHIR_CHECK(advance());
      FHIR_TRY(index, expression(k_weakest));
      FHIR_CHECK(expect("]"));
      Node* node = make(NodeKind::indexer, operators::visit_indexer, nullptr, offset);
      node->input = left;
      node->arguments = {index};
      FHIR_TRY(finished, finish(node));
      left = finished;
    } else {
      return left;
    }
  }
}

Result<Node*> Parser::term() {
  const std::uint32_t offset = token_.offset;
  switch (token_.kind) {
    case TokenKind::identifier:
      return name_term();
    case TokenKind::string: {
      Node* node = constant(Item::of_string(token_.text), offset);
      FHIR_CHECK(advance());
      return node;
    }
    case TokenKind::number:
      return literal_number();
    case TokenKind::date:
    case TokenKind::date_time:
    case TokenKind::time:
      return literal_date();
    case TokenKind::variable:
      return variable();
    case TokenKind::external:
      return external_constant();
    case TokenKind::symbol:
    case TokenKind::end:
      break;
  }
  if (sees("(")) {
    FHIR_CHECK(advance());
    FHIR_TRY(inner, expression(k_weakest));
    FHIR_CHECK(expect(")"));
    return inner;
  }
  if (sees("{")) {
    FHIR_CHECK(advance());
    FHIR_CHECK(expect("}"));
    Node* node = make(NodeKind::constant, operators::visit_constant, nullptr, offset);
    node->is_constant = true;
    return node;
  }
  return error(token_.kind == TokenKind::end ? "the expression ends where a term is expected"
                                             : "a term is expected");
}

Result<Node*> Parser::name_term() {
  if (!token_.is_delimited && (token_.text == "true" || token_.text == "false")) {
    Node* node = constant(Item::of_boolean(token_.text == "true"), token_.offset);
    FHIR_CHECK(advance());
    return node;
  }
  return invocation(nullptr);
}

/// A child or a function, of the input or of $this.
Result<Node*> Parser::invocation(const Node* input) {
  if (input != nullptr && token_.kind == TokenKind::variable) {
    FHIR_TRY(self, variable());  // a.$this: allowed by the grammar
    if (self->visit != operators::visit_this) return error("$this is expected");
    return const_cast<Node*>(input);
  }
  // Behind a dot only a name can stand, and R4 has elements named as operators are: text.div.
  if (token_.kind != TokenKind::identifier || (input == nullptr && is_reserved(token_)))
    return error("a name is expected");
  Token name = std::move(token_);
  FHIR_CHECK(advance());
  if (sees("(")) return function(name, input);
  const TypeSchema* type = input == nullptr && name.text[0] >= 'A' && name.text[0] <= 'Z'
                               ? definitions_.type(name.text)
                               : nullptr;
  Node* node = type != nullptr
                   ? make(NodeKind::root_type, operators::visit_root_type, nullptr, name.offset)
                   : make(NodeKind::child,
                          name.text == "value" ? operators::visit_value : operators::visit_child,
                          nullptr, name.offset);
  node->input = input;
  node->name = keep(std::move(name.text));
  node->hash = name_hash(node->name);
  node->type.fhir = type;
  return finish(node);
}

Result<Node*> Parser::function(const Token& name, const Node* input) {
  const Function* found = name.is_delimited ? nullptr : find_function(name.text);
  if (found == nullptr) {
    Issue issue = lexer_.error_at(name.offset, "the function " + name.text + " is not known");
    issue.type = IssueType::not_supported;
    return unexpected(std::move(issue));
  }
  FHIR_CHECK(advance());
  Node* node = make(NodeKind::function, found->visit, found->truth, name.offset);
  node->function = found;
  node->input = input;
  node->name = found->name;
  FHIR_CHECK(arguments(*node, *found));
  FHIR_CHECK(expect(")"));
  if (found->name == "defineVariable") FHIR_CHECK(define_variable(*node));
  if (found->takes_regex) {
    if (const std::string_view pattern = constant_string(*node->arguments[0]);
        pattern.data() != nullptr)
      node->regex = compile_regex(pattern);
  }
  return finish(node);
}

Result<void> Parser::arguments(Node& node, const Function& function) {
  if (function.takes_type) {
    FHIR_TRY(type, type_specifier());
    node.type = std::move(type);
    return {};
  }
  if (!sees(")")) {
    while (true) {
      FHIR_TRY(argument, expression(k_weakest));
      FHIR_TRY(sorted,
               function.name == "sort" ? sort_direction(argument) : Result<Node*>(argument));
      node.arguments.push_back(sorted);
      if (!sees(",")) break;
      FHIR_CHECK(advance());
    }
  }
  const int count = static_cast<int>(node.arguments.size());
  if (count < function.arguments_min || count > function.arguments_max)
    return error("the function " + std::string(function.name) + " takes " +
                 (count < function.arguments_min ? "more" : "fewer") + " arguments");
  return {};
}

/// `key desc` is a descending key, as `-key` is.
Result<Node*> Parser::sort_direction(Node* key) {
  if (token_.kind != TokenKind::identifier || token_.is_delimited) return key;
  const bool is_descending = token_.text == "desc";
  if (!is_descending && token_.text != "asc") return key;
  const std::uint32_t offset = token_.offset;
  FHIR_CHECK(advance());
  if (!is_descending) return key;
  Node* node = make(NodeKind::sign, operators::visit_negate, nullptr, offset);
  node->name = "desc";
  node->slot = 1;
  node->arguments = {key};
  return finish(node);
}

Result<void> Parser::define_variable(Node& node) {
  const std::string_view name = constant_string(*node.arguments[0]);
  if (name.empty()) return error("defineVariable takes a literal name");
  for (std::string_view taken : {"context", "resource", "rootResource", "ucum", "sct", "loinc"}) {
    if (name == taken) return error("%" + std::string(name) + " is defined by the language");
  }
  for (const auto& [known, slot] : variables_) {
    if (known == name) return error("%" + known + " is defined twice");
  }
  node.slot = static_cast<std::uint32_t>(program_->variable_count++);
  variables_.emplace_back(name, node.slot);
  return {};
}

}  // namespace fhir::fhirpath
