// A FHIRPath expression, compiled once and evaluated often.
// https://hl7.org/fhirpath/N1/ https://hl7.org/fhir/R4/fhirpath.html
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/base/result.h"
#include "fhir/fhirpath/collection.h"
#include "fhir/model/element.h"
#include "fhir/model/terminology_provider.h"

namespace fhir::fhirpath {

/// Finds what a reference points to. Given by the caller, since the library does no I/O.
class Resolver {
 public:
  virtual ~Resolver() = default;
  /// The resource, or nothing when it cannot be had. An element of known type without content is
  /// enough where only the type matters (`resolve() is Patient`).
  virtual std::optional<Element> resolve(std::string_view reference) = 0;
};

/// What an evaluation sees beside its context. All pointers may be null; they outlive the call.
struct Environment {
  const DefinitionStore* definitions = nullptr;
  Element resource;       // %resource: the resource that holds the context
  Element root_resource;  // %rootResource: the outermost one
  Resolver* resolver = nullptr;
  const TerminologyProvider* terminology = nullptr;
  std::int64_t now_utc_ms = 0;         // now(), today(): the caller's clock
  int offset_minutes = 0;              // the caller's time zone
  std::size_t steps_max = 10'000'000;  // evaluated nodes; past it: too-costly
};

struct Program;

class Expression {
 public:
  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;
  ~Expression();

  /// source    FHIRPath, at most k_expression_bytes_max bytes
  /// returns   an immutable program, safe to evaluate from many threads at once
  /// errors    invalid: not FHIRPath, with line and column · not-supported: an unknown function
  static Result<Expression> compile(std::string_view source, const DefinitionStore& definitions);

  /// errors    processing: what the specification calls an error · too-costly: a limit was passed
  Result<Collection> evaluate(const Element& context, const Environment& environment) const;

  /// The result as a boolean, nothing when it is empty. Some invariants of R4 yield nothing where
  /// they do not apply: ref-1 on a reference that has only a display, bdl-8 without a fullUrl.
  Result<std::optional<bool>> condition(const Element& context,
                                        const Environment& environment) const;

  /// As an invariant is judged: the result as a boolean, empty as false.
  Result<bool> is_true(const Element& context, const Environment& environment) const;

  std::string_view source() const;

 private:
  explicit Expression(std::unique_ptr<Program> program);
  std::unique_ptr<Program> program_;
};

}  // namespace fhir::fhirpath
