// A FHIRPath expression, compiled once and evaluated often.
// https://hl7.org/fhirpath/N1/ https://hl7.org/fhir/R4/fhirpath.html
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "fhir/base/result.h"
#include "fhir/fhirpath/collection.h"
#include "fhir/model/element.h"
#include "fhir/model/terminology_provider.h"
#include "fhir/model/unit_system.h"

namespace fhir::fhirpath {

/// Finds what a reference points to. Given by the caller, since the library does no I/O.
class Resolver {
 public:
  virtual ~Resolver() = default;
  /// The resource, or nothing when it cannot be had. An element of known type without content is
  /// enough where only the type matters (`resolve() is Patient`).
  virtual std::optional<Element> resolve(std::string_view reference) = 0;
};

/// Takes what trace() is given; without one, trace() costs nothing.
class Tracer {
 public:
  virtual ~Tracer() = default;
  virtual void trace(std::string_view name, const Collection& items) = 0;
};

/// Judges elements by profiles, which only a validator can.
class ProfileJudge {
 public:
  virtual ~ProfileJudge() = default;
  /// Nothing when there is no such profile.
  virtual std::optional<bool> conforms_to(const Element& element, std::string_view canonical) = 0;
  /// Whether the element lies in that slice of the structure; nothing when there is no such slice.
  virtual std::optional<bool> is_in_slice(const Element& element, std::string_view canonical,
                                          std::string_view slice) = 0;
};

/// A constant that the caller gives: `%name`.
struct Variable {
  std::string name;
  Collection items;
};

class ElementDefinitions;

/// What an evaluation sees beside its context. All pointers may be null; they outlive the call.
struct Environment {
  const DefinitionStore* definitions = nullptr;
  Element resource;       // %resource: the resource that holds the context
  Element root_resource;  // %rootResource: the outermost one
  Resolver* resolver = nullptr;
  const TerminologyProvider* terminology = nullptr;
  const UnitSystem* units = nullptr;  // null: only equal units and durations compare
  Tracer* tracer = nullptr;
  ProfileJudge* profiles = nullptr;
  ElementDefinitions* element_definitions = nullptr;  // outlives the result, too
  std::span<const Variable> variables;
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
  /// The compiled tree, for analysis.h and parse_tree.h.
  const Program& program() const { return *program_; }

 private:
  explicit Expression(std::unique_ptr<Program> program);
  std::unique_ptr<Program> program_;
};

}  // namespace fhir::fhirpath
