// Writes ValueSet.expansion around its codes: what it rests on, and what it was asked with.
// https://hl7.org/fhir/R4/valueset.html#expansion
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "fhir/formats/json_writer.h"
#include "src/operations/expansion_code_writer.h"
#include "src/operations/parameters.h"
#include "terminology/expand.h"
#include "terminology/scope.h"

namespace server::operations {

/// What is said of all codes together: see terminology::Expansion.
struct ExpansionFacts {
  std::size_t total = 0;
  bool is_complete = true;
  bool crossed_versions = false;
};

/// What it is made of outlives it, but for the facts.
class ExpansionWriter {
 public:
  ExpansionWriter(const terminology::Scope& scope, const terminology::ValueSet& set,
                  const ExpansionFacts& facts, const terminology::ExpandOptions& options,
                  const ExpansionView& view, const Parameters& parameters);

  void write(const std::vector<terminology::ListedCode>& codes, fhir::json::Builder& out);

  // The same in steps, for who has not all codes at hand.
  /// Of each code that will be written: properties are declared before the first.
  void note_properties(const terminology::ListedCode& code);
  /// Up to the codes; the object stays open.
  void begin(fhir::json::Builder& out) const;
  const ExpansionCodeWriter& codes() const { return codes_; }

 private:
  struct Shown {
    std::string_view code, uri;
  };

  void write_extensions(fhir::json::Builder& out) const;
  void write_parameters(fhir::json::Builder& out) const;
  void write_sources(fhir::json::Builder& list) const;
  void write_rules(fhir::json::Builder& list) const;
  void write_declared_properties(fhir::json::Builder& out) const;

  const terminology::Scope& scope_;
  const terminology::ValueSet& set_;
  const ExpansionFacts facts_;
  const terminology::ExpandOptions& options_;
  const ExpansionView& view_;
  const Parameters& parameters_;
  terminology::UsedSources used_;
  ExpansionCodeWriter codes_;
  std::vector<Shown> shown_;  // properties that some code has
};

}  // namespace server::operations
