// One analysis: a walk over the compiled tree that gives each node the shape of its result.
#pragma once

#include <string>
#include <vector>

#include "fhir/fhirpath/analysis.h"
#include "fhir/fhirpath/node.h"
#include "fhir/fhirpath/signatures.h"

namespace fhir::fhirpath {

class Analyzer {
 public:
  Analyzer(const Program& program, const DefinitionStore& definitions, const AnalysisInput& input);

  Shape run();
  std::vector<Issue> take_issues() { return std::move(issues_); }

 private:
  /// $this and $total where a node stands.
  struct Place {
    Shape self;
    Shape total;
  };

  Shape visit(const Node& node, const Place& place);
  Shape input_of(const Node& node, const Place& place);
  Shape child(const Node& node, const Place& place);
  Shape root_type(const Node& node, const Place& place);
  Shape indexer(const Node& node, const Place& place);
  Shape type_operation(const Node& node, const Shape& input, bool is_test, bool is_mistake);
  Shape external(const Node& node);

  Shape operation(const Node& node, const Place& place);
  Shape alternatives(const std::vector<const Node*>& parts, const Place& place);
  bool is_of_other_type(const Node& node, const Place& place);
  Shape arithmetic(const Node& node, const Shape& left, const Shape& right);
  void comparison(const Node& node, const Shape& left, const Shape& right);

  Shape function(const Node& node, const Place& place);
  Shape scoped_function(const Node& node, const Shape& input, const Place& place);
  Shape by_signature(const Node& node, const Signature& signature, const Shape& input,
                     const Place& place);
  Shape iif(const Node& node, const Shape& input, const Place& place);
  Shape aggregate(const Node& node, const Shape& input, const Place& place);
  Shape repeat(const Node& node, const Shape& input, const Place& place);
  void need_order(const Node& node, const Shape& input);
  void need_boolean(const Node& node, const Shape& criterion, Severity severity);

  void report(const Node& node, Severity severity, IssueType type, std::string diagnostics);
  Shape named(std::string_view type) const;

  const Program& program_;
  const DefinitionStore& definitions_;
  const AnalysisInput& input_;
  Shape context_;
  Shape resource_;
  std::vector<Shape> variables_;  // by slot
  std::vector<Issue> issues_;
};

/// Whether an item of the type can be what is asked for; FHIR primitives are strings by their
/// characters.
bool is_accepted(const Shape& shape, Categories accepted);

}  // namespace fhir::fhirpath
