// Writes ValueSet.expansion. Properties of R5 stand in the extensions that R4 gives them.
// https://hl7.org/fhir/R4/valueset.html#expansion
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/formats/json_writer.h"
#include "src/operations/parameters.h"
#include "terminology/displays.h"
#include "terminology/expand.h"
#include "terminology/scope.h"

namespace server::operations {

/// How an expansion is to look. Views into the request.
struct ExpansionView {
  bool include_designations = false;
  std::vector<std::string_view> designations;  // `use` tokens, or languages by urn:ietf:bcp:47|xx
  std::vector<std::string_view> properties;
  terminology::LanguageRanges languages;
};

class ExpansionWriter {
 public:
  ExpansionWriter(const terminology::Scope& scope, const terminology::ValueSet& set,
                  const terminology::Expansion& expansion,
                  const terminology::ExpandOptions& options, const ExpansionView& view,
                  const Parameters& parameters, fhir::json::Builder& out);

  void write();

 private:
  struct Shown {
    std::string_view code, uri;
  };

  void write_extensions();
  void write_parameters();
  void write_sources(fhir::json::Builder& list);
  void write_rules(fhir::json::Builder& list);
  void note_properties();
  void write_declared_properties();
  void write_list(const std::vector<std::uint32_t>& positions);
  void write_code(std::uint32_t position);
  void write_code_extensions(const terminology::ListedCode& code);
  void write_property(const terminology::Property& property);
  void write_designations(const terminology::KnownCode& known, std::string_view display);
  bool wants(const terminology::Designation& designation) const;
  std::vector<terminology::Property> properties_of(const terminology::ListedCode& code) const;
  terminology::KnownCode known_of(const terminology::ListedCode& code) const;

  const terminology::Scope& scope_;
  const terminology::ValueSet& set_;
  const terminology::Expansion& expansion_;
  const terminology::ExpandOptions& options_;
  const ExpansionView& view_;
  const Parameters& parameters_;
  fhir::json::Builder& out_;
  terminology::UsedSources used_;
  std::vector<Shown> shown_;  // properties that some code has
  std::vector<std::uint32_t> roots_;
  std::vector<std::vector<std::uint32_t>> children_;  // empty when nothing is nested
};

}  // namespace server::operations
