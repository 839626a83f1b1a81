// Compiling and running: https://hl7.org/fhirpath/N1/
#include "fhir/fhirpath/expression.h"

#include "fhir/fhirpath/parser.h"

namespace fhir::fhirpath {

namespace {

/// %context and $this of an evaluation.
struct Start {
  Item item;
  Scope scope;
  explicit Start(const Element& context) : item(context) { scope.self = &item; }
  Start(const Start&) = delete;
};

}  // namespace

Expression::Expression(std::unique_ptr<Program> program) : program_(std::move(program)) {}
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;
Expression::~Expression() = default;

Result<Expression> Expression::compile(std::string_view source,
                                       const DefinitionStore& definitions) {
  FHIR_TRY(program, Parser(source, definitions).parse());
  return Expression(std::move(program));
}

Result<Collection> Expression::evaluate(const Element& context,
                                        const Environment& environment) const {
  const Start start(context);
  Evaluation evaluation(start.item, environment, program_->variable_count);
  Collection result;
  if (!evaluation.collect(*program_->root, start.scope, result))
    return unexpected(evaluation.take_failure());
  return result;
}

Result<std::optional<bool>> Expression::condition(const Element& context,
                                                  const Environment& environment) const {
  const Start start(context);
  Evaluation evaluation(start.item, environment, program_->variable_count);
  const Truth truth = evaluation.truth(*program_->root, start.scope);
  if (truth == Truth::failed) return unexpected(evaluation.take_failure());
  if (truth == Truth::empty) return std::optional<bool>();
  return std::optional(truth == Truth::yes);
}

Result<bool> Expression::is_true(const Element& context, const Environment& environment) const {
  FHIR_TRY(holds, condition(context, environment));
  return holds.value_or(false);
}

std::string_view Expression::source() const { return program_->source; }

}  // namespace fhir::fhirpath
