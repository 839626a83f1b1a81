#include "src/graphql/parser.h"

#include "fhir/formats/utf8.h"
#include "src/graphql/lexer.h"
#include "src/graphql/limits.h"

namespace server::graphql {
namespace {

/// Recursive descent, one token ahead. The first error ends it: after that every function returns
/// at once.
class Parser {
 public:
  explicit Parser(std::string_view source) : lexer_(source) { advance(); }

  fhir::Result<Document, Error> document() {
    Document out;
    do {
      definition(out);
    } while (!error_ && token_.kind != TokenKind::end);
    if (error_) return fhir::unexpected(*std::move(error_));
    return out;
  }

 private:
  void advance() {
    auto token = lexer_.next();
    if (token) {
      token_ = *std::move(token);
    } else {
      fail(std::move(token).error());
    }
  }

  void fail(Error error) {
    if (!error_) error_ = std::move(error);
    token_ = {};
  }

  void expected(std::string_view what) {
    fail(document_error(fhir::IssueType::structure,
                        "The document is not GraphQL: expected " + std::string(what), token_.at));
  }

  void too_costly(std::string_view what) {
    fail(document_error(fhir::IssueType::too_costly,
                        "The document has too many " + std::string(what), token_.at));
  }

  bool is(std::string_view punctuator) const {
    return token_.kind == TokenKind::punctuator && token_.text == punctuator;
  }

  bool is_name(std::string_view name) const {
    return token_.kind == TokenKind::name && token_.text == name;
  }

  bool take(std::string_view punctuator) {
    if (!is(punctuator)) return false;
    advance();
    return true;
  }

  void need(std::string_view punctuator) {
    if (!take(punctuator)) expected(punctuator);
  }

  std::string name() {
    if (token_.kind != TokenKind::name) {
      expected("a name");
      return {};
    }
    std::string out = std::move(token_.text);
    advance();
    return out;
  }

  /// Counts what the document is made of.
  void node() {
    if (++nodes_ > k_nodes_max) too_costly("parts");
  }

  void definition(Document& out) {
    if (is("{") || is_name("query") || is_name("mutation") || is_name("subscription")) {
      operation(out);
    } else if (is_name("fragment")) {
      fragment(out);
    } else if (token_.kind == TokenKind::name || token_.kind == TokenKind::string) {
      fail(document_error(fhir::IssueType::not_supported,
                          "The document may hold operations and fragments only", token_.at));
    } else {
      expected("an operation or a fragment");
    }
  }

  void operation(Document& out) {
    Operation operation;
    operation.at = token_.at;
    if (!is("{")) {
      const std::string kind = name();
      if (kind == "mutation") operation.kind = OperationKind::mutation;
      if (kind == "subscription") operation.kind = OperationKind::subscription;
      if (token_.kind == TokenKind::name) operation.name = name();
      if (take("(")) {
        do {
          operation.variables.push_back(variable());
        } while (!error_ && !take(")"));
      }
      operation.directives = directives();
    }
    operation.selections = selections(1);
    out.operations.push_back(std::move(operation));
  }

  void fragment(Document& out) {
    Fragment fragment;
    fragment.at = token_.at;
    advance();
    if (is_name("on")) return expected("the name of the fragment");
    fragment.name = name();
    if (!is_name("on")) return expected("`on` and a type");
    advance();
    fragment.type = name();
    fragment.directives = directives();
    fragment.selections = selections(1);
    out.fragments.push_back(std::move(fragment));
  }

  VariableDefinition variable() {
    VariableDefinition out;
    out.at = token_.at;
    node();
    need("$");
    out.name = name();
    need(":");
    out.type = type(1);
    if (take("=")) out.default_value = value(1, true);
    for (const Directive& directive : directives())
      fail(document_error(fhir::IssueType::not_supported, "No directive applies to a variable",
                          directive.at));
    return out;
  }

  VariableType type(std::size_t depth) {
    VariableType out;
    if (depth > k_value_depth_max) {
      too_costly("lists in each other");
    } else if (take("[")) {
      out.item.push_back(type(depth + 1));
      need("]");
    } else {
      out.name = name();
    }
    out.non_null = take("!");
    return out;
  }

  std::vector<Selection> selections(std::size_t depth) {
    std::vector<Selection> out;
    if (depth > k_selection_depth_max) {
      too_costly("selections in each other");
      return out;
    }
    need("{");
    while (!error_) {
      out.push_back(selection(depth));
      if (error_ || take("}")) break;
    }
    return out;
  }

  Selection selection(std::size_t depth) {
    Selection out;
    out.at = token_.at;
    node();
    if (take("...")) {
      const bool has_type = is_name("on");
      if (token_.kind == TokenKind::name && !has_type) {
        out.kind = SelectionKind::spread;
        out.name = name();
        out.directives = directives();
        return out;
      }
      out.kind = SelectionKind::inline_fragment;
      if (has_type) {
        advance();
        out.name = name();
      }
      out.directives = directives();
      out.selections = selections(depth + 1);
      return out;
    }
    out.name = name();
    if (take(":")) {
      out.alias = std::move(out.name);
      out.name = name();
    }
    out.arguments = arguments(false);
    out.directives = directives();
    if (is("{")) out.selections = selections(depth + 1);
    return out;
  }

  std::vector<Argument> arguments(bool is_constant) {
    std::vector<Argument> out;
    if (!take("(")) return out;
    do {
      node();
      Argument argument;
      argument.at = token_.at;
      argument.name = name();
      need(":");
      argument.value = value(1, is_constant);
      out.push_back(std::move(argument));
    } while (!error_ && !take(")"));
    return out;
  }

  std::vector<Directive> directives() {
    std::vector<Directive> out;
    while (is("@") && !error_) {
      node();
      Directive directive;
      directive.at = token_.at;
      advance();
      directive.name = name();
      directive.arguments = arguments(false);
      out.push_back(std::move(directive));
    }
    return out;
  }

  Value value(std::size_t depth, bool is_constant) {
    Value out;
    out.at = token_.at;
    node();
    if (depth > k_value_depth_max) {
      too_costly("values in each other");
      return out;
    }
    switch (token_.kind) {
      case TokenKind::integer:
        return scalar(std::move(out), ValueKind::integer);
      case TokenKind::real:
        return scalar(std::move(out), ValueKind::real);
      case TokenKind::string:
        return scalar(std::move(out), ValueKind::string);
      case TokenKind::name:
        return scalar(std::move(out), token_.text == "null" ? ValueKind::null
                                      : token_.text == "true" || token_.text == "false"
                                          ? ValueKind::boolean
                                          : ValueKind::enumeration);
      default:
        break;
    }
    if (!is_constant && take("$")) {
      out.kind = ValueKind::variable;
      out.text = name();
    } else if (take("[")) {
      out.kind = ValueKind::list;
      while (!error_ && !take("]")) out.items.push_back(value(depth + 1, is_constant));
    } else if (take("{")) {
      out.kind = ValueKind::object;
      while (!error_ && !take("}")) {
        out.names.push_back(name());
        need(":");
        out.items.push_back(value(depth + 1, is_constant));
      }
    } else {
      expected("a value");
    }
    return out;
  }

  Value scalar(Value out, ValueKind kind) {
    out.kind = kind;
    if (kind != ValueKind::null) out.text = std::move(token_.text);
    advance();
    return out;
  }

  Lexer lexer_;
  Token token_;
  std::optional<Error> error_;
  std::size_t nodes_ = 0;
};

}  // namespace

fhir::Result<Document, Error> parse(std::string_view source) {
  if (source.size() > k_document_bytes_max)
    return fhir::unexpected(
        document_error(fhir::IssueType::too_long, "The document is too long", {}));
  if (fhir::json::invalid_utf8_at(source) != std::string_view::npos)
    return fhir::unexpected(
        document_error(fhir::IssueType::structure, "The document is not UTF-8", {}));
  return Parser(source).document();
}

}  // namespace server::graphql
