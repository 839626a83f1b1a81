// A compiled expression: a tree of nodes, each with the functions that evaluate it. Immutable.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/fhirpath/evaluation.h"

namespace fhir::fhirpath {

using VisitFunction = bool (*)(Evaluation&, const Node&, const Scope&, Sink);
using TruthFunction = Truth (*)(Evaluation&, const Node&, const Scope&);

/// `System.String`, `FHIR.Patient`, `Patient`: resolved when it is compiled.
struct TypeSpecifier {
  std::string name;
  const TypeSchema* fhir = nullptr;     // null: no FHIR type is meant
  ItemKind system = ItemKind::element;  // element: no System type is meant
  bool any = false;                     // System.Any
};

/// A regular expression compiled once (strings.cpp).
struct Regex;
struct Function;

/// What a node was written as: for analysis and for showing the tree. Evaluation asks `visit`.
enum class NodeKind : std::uint8_t {
  constant,  // a literal
  child,
  root_type,  // a type's name at the start of a path
  function,
  operation,
  sign,
  type_operation,  // is, as
  indexer,
  self,   // $this
  index,  // $index
  total,  // $total
  context,
  resource,
  root_resource,
  variable,  // of defineVariable()
  external,  // given by the caller
};

struct Node {
  NodeKind kind = NodeKind::constant;
  VisitFunction visit = nullptr;
  TruthFunction truth = nullptr;  // null: by the items that visit gives
  const Node* input = nullptr;    // of a step or a function; null: $this
  std::vector<const Node*> arguments;

  std::string_view name;  // of a child or a variable; the function's own
  std::uint32_t hash = 0;
  std::uint32_t offset = 0;  // in the source
  std::uint32_t height = 1;  // of the tree below, for the depth limit
  std::uint32_t slot = 0;    // of a variable
  const Function* function = nullptr;

  bool is_constant = false;  // a literal, or folded: the arguments stay for whoever reads the tree
  Collection constant;
  TypeSpecifier type;
  std::shared_ptr<const Regex> regex;  // when the pattern is a literal
};

/// A function of the language: its name, how many arguments it takes, and how it is evaluated.
struct Function {
  std::string_view name;
  int arguments_min;
  int arguments_max;
  VisitFunction visit;
  TruthFunction truth = nullptr;
  bool takes_type = false;  // the argument is a type specifier
  bool takes_regex = false;
};

struct Program {
  std::string source;
  std::deque<Node> nodes;
  std::deque<std::string> names;  // decoded identifiers
  const Node* root = nullptr;
  std::size_t variable_count = 0;
  const TypeSchema* quantity = nullptr;
};

/// The literal string of a node that is one, else empty without data.
std::string_view constant_string(const Node& node);

}  // namespace fhir::fhirpath
