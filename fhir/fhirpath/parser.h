// FHIRPath source into a tree of nodes. https://hl7.org/fhirpath/N1/grammar.html
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/fhirpath/lexer.h"
#include "fhir/fhirpath/node.h"

namespace fhir::fhirpath {

/// Parses one expression by precedence climbing. Used once.
class Parser {
 public:
  Parser(std::string_view source, const DefinitionStore& definitions);

  /// errors   invalid: not FHIRPath · not-supported: an unknown function
  Result<std::unique_ptr<Program>> parse();

 private:
  Result<Node*> expression(int strength);
  Result<Node*> operand();
  Result<Node*> postfix(Node* left);
  Result<Node*> term();
  Result<Node*> name_term();
  Result<Node*> external_constant();
  Result<Node*> variable();
  Result<Node*> literal_number();
  Result<Node*> literal_date();
  Result<Node*> invocation(const Node* input);
  Result<Node*> function(const Token& name, const Node* input);
  Result<void> arguments(Node& node, const Function& function);
  Result<Node*> sort_direction(Node* key);
  Result<void> define_variable(Node& node);
  Result<TypeSpecifier> type_specifier();
  Result<Node*> binary(const Token& symbol, Node* left, Node* right);

  Node* make(NodeKind kind, VisitFunction visit, TruthFunction truth, std::uint32_t offset);
  Node* constant(Item item, std::uint32_t offset);
  Result<Node*> finish(Node* node);
  void fold(Node& node);
  std::string_view keep(std::string name);

  Result<void> advance();
  Result<void> expect(std::string_view symbol);
  bool sees(std::string_view symbol) const {
    return token_.kind == TokenKind::symbol && token_.text == symbol;
  }
  Unexpected<Issue> error(std::string diagnostics) const;

  const DefinitionStore& definitions_;
  std::unique_ptr<Program> program_;
  Lexer lexer_;
  Token token_;
  std::size_t depth_ = 0;
  std::vector<std::pair<std::string, std::uint32_t>> variables_;  // of defineVariable, in scope
};

}  // namespace fhir::fhirpath
