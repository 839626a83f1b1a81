// One FHIRPath expression over one resource for somebody outside: compiled, analysed, evaluated,
// with what trace() said. Shared by the operation and the command.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/fhirpath/analysis.h"
#include "fhir/fhirpath/element_definitions.h"
#include "fhir/fhirpath/element_path.h"
#include "fhir/fhirpath/expression.h"
#include "src/operations/validator_judge.h"

namespace server::operations {

struct FhirpathInput {
  std::string_view expression;
  std::string_view context;  // an expression; empty: the resource itself
  fhir::Element resource;
  const fhir::json::Document* document = nullptr;  // that holds the resource; null: no profiles
  std::vector<fhir::fhirpath::Variable> variables;
  bool is_checked = true;  // refuse what analysis finds wrong
  std::int64_t now_utc_ms = 0;
  int offset_minutes = 0;
};

struct FhirpathTrace {
  std::string name;
  fhir::fhirpath::Collection items;
};

/// What the expression yields for one item of the context.
struct FhirpathOutput {
  std::string context_path;  // empty where no context is given
  fhir::fhirpath::Collection items;
  std::vector<FhirpathTrace> traces;
};

/// An issue's `rule` tells the stage at which it was found: syntax, semantic, execution.
class FhirpathRunner {
 public:
  /// definitions, terminology   outlive the runner and its outputs; terminology may be null
  /// validator                  for conformsTo(); empty: types alone are known
  FhirpathRunner(const fhir::DefinitionStore& definitions,
                 const fhir::TerminologyProvider* terminology, ValidatorSource validator = {})
      : definitions_(definitions),
        terminology_(terminology),
        validator_(std::move(validator)),
        element_definitions_(definitions) {}

  /// Compiled once for as long as it is asked for often.
  ///
  /// errors   as Expression::compile()
  fhir::Result<std::shared_ptr<const fhir::fhirpath::Expression>> compiled(std::string_view source);

  /// errors   of compiling, of analysis where it is asked for, of evaluation
  fhir::Result<std::vector<FhirpathOutput>> run(const FhirpathInput& input);

 private:
  fhir::Result<fhir::fhirpath::Collection> contexts(const FhirpathInput& input,
                                                    const fhir::fhirpath::Environment& environment);

  const fhir::DefinitionStore& definitions_;
  const fhir::TerminologyProvider* terminology_;
  ValidatorSource validator_;
  fhir::fhirpath::ElementDefinitions element_definitions_;
  std::map<std::string, std::shared_ptr<const fhir::fhirpath::Expression>, std::less<>> compiled_;
};

/// JSON as a constant of an expression: an array as several items, a resource with its type, all
/// else without one. The items point into `value`.
fhir::fhirpath::Collection items_of(const fhir::json::Value& value,
                                    const fhir::DefinitionStore& definitions);

}  // namespace server::operations
