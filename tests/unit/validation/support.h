// What the tests of the validator share: the official definitions, and issues that are easy to ask.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"
#include "fhir/validation/validator.h"

namespace test {

/// The core definitions of R4, loaded once. Ends the test binary when they are not installed.
std::shared_ptr<const fhir::DefinitionStore> definitions();

/// A terminology of two value sets and one code system, enough to judge bindings.
const fhir::TerminologyProvider& terminology();

const fhir::validation::Validator& validator();

class Findings {
 public:
  explicit Findings(std::vector<fhir::Issue> issues) : issues_(std::move(issues)) {}

  const std::vector<fhir::Issue>& all() const { return issues_; }
  std::size_t errors() const;
  /// The only error; fails the test when there is none or more than one.
  fhir::Issue error() const;
  /// Whether an issue of that severity has the expression and, when named, the rule.
  bool has(fhir::Severity severity, std::string_view expression, std::string_view rule = {}) const;
  bool has_error(std::string_view expression, std::string_view rule = {}) const {
    return has(fhir::Severity::error, expression, rule);
  }
  /// For CAPTURE.
  std::string text() const;

 private:
  std::vector<fhir::Issue> issues_;
};

Findings validate(std::string_view json, const fhir::validation::Options& options = {});

fhir::json::Document read(std::string_view json);

}  // namespace test
