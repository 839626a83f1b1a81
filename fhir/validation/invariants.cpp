// https://hl7.org/fhir/R4/fhirpath.html
#include "fhir/validation/invariants.h"

#include <string>
#include <utility>

namespace fhir::validation {
namespace {

struct Correction {
  std::string_view published;
  std::string_view meant;
};

constexpr Correction k_corrections[] = {
    // "Name should be usable as an identifier": there need not be a name.
    {"name.matches('[A-Z]([A-Za-z0-9_]){0,254}')",
     "name.exists() implies name.matches('[A-Z]([A-Za-z0-9_]){0,254}')"},
    // que-12: "If there are more than one enableWhen, enableBehavior must be specified."
    {"enableWhen.count() > 2 implies enableBehavior.exists()",
     "enableWhen.count() >= 2 implies enableBehavior.exists()"},
    // ras-2: "Must be <= 100", where there is one.
    {"probability is decimal implies (probability as decimal) <= 100",
     "probability.empty() or ((probability is decimal) implies ((probability as decimal) <= 100))"},
    // bdl-8: "fullUrl cannot be a version specific reference": there need not be one.
    {"fullUrl.contains('/_history/').not()",
     "fullUrl.empty() or fullUrl.contains('/_history/').not()"},
    // Comparisons that the precision of dates, or units, leave open break nothing.
    {"start.hasValue().not() or end.hasValue().not() or (start <= end)",
     "start.hasValue().not() or end.hasValue().not() or iif(start > end, false, true)"},
    {"low.empty() or high.empty() or (low <= high)",
     "low.empty() or high.empty() or iif(low > high, false, true)"},
    {"whenHandedOver.empty() or whenPrepared.empty() or whenHandedOver >= whenPrepared",
     "whenHandedOver.empty() or whenPrepared.empty() or iif(whenHandedOver < whenPrepared, false, "
     "true)"},
    {"lastModified.exists().not() or authoredOn.exists().not() or lastModified >= authoredOn",
     "lastModified.exists().not() or authoredOn.exists().not() or iif(lastModified < authoredOn, "
     "false, true)"},
    // ref-1: a Reference may have an identifier or a display alone, and `#` is the container.
    {"reference.startsWith('#').not() or (reference.substring(1).trace('url') in "
     "%rootResource.contained.id.trace('ids'))",
     "reference.empty() or reference.startsWith('#').not() or reference = '#' or "
     "(reference.substring(1) in %rootResource.contained.id)"},
};

}  // namespace

std::string_view corrected(std::string_view expression) {
  for (const Correction& correction : k_corrections) {
    if (correction.published == expression) return correction.meant;
  }
  return expression;
}

Result<std::unique_ptr<const Invariants>> Invariants::compile(const DefinitionStore& definitions) {
  auto out = std::make_unique<Invariants>();
  const auto expressions = definitions.constraint_expressions();
  out->rules_.reserve(expressions.size());
  for (const std::string_view published : expressions) {
    const std::string_view expression = corrected(published);
    auto program = fhirpath::Expression::compile(expression, definitions);
    if (!program) {
      Issue issue = std::move(program).error();
      issue.diagnostics =
          "The invariant " + std::string(expression) + " does not compile: " + issue.diagnostics;
      return unexpected(std::move(issue));
    }
    out->rules_.emplace_back(expression, std::move(*program));
  }
  return std::unique_ptr<const Invariants>(std::move(out));
}

Rule::Rule(std::string_view expression, const DefinitionStore& definitions)
    : shortcut_(std::in_place, expression) {
  auto program = fhirpath::Expression::compile(expression, definitions);
  if (program) expression_ = std::move(*program);
}

Verdict Rule::judge_by_engine(const Element& element,
                              const fhirpath::Environment& environment) const {
  if (!expression_) return Verdict::undecided;
  const Result<bool> result = expression_->is_true(element, environment);
  if (!result) return Verdict::undecided;
  return *result ? Verdict::holds : Verdict::broken;
}

}  // namespace fhir::validation
