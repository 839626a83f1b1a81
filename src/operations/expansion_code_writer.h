// Writes one code of an expansion. Properties of R5 stand in the extensions that R4 gives them.
// https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.expansion.contains
#pragma once

#include <string_view>
#include <vector>

#include "fhir/formats/json_writer.h"
#include "terminology/displays.h"
#include "terminology/value_set.h"

namespace server::operations {

/// How an expansion is to look. Views into the request.
struct ExpansionView {
  bool include_designations = false;
  std::vector<std::string_view> designations;  // `use` tokens, or languages by urn:ietf:bcp:47|xx
  std::vector<std::string_view> properties;
  terminology::LanguageRanges languages;
};

/// What a property of a listed code means; empty: unknown.
std::string_view property_uri_of(const terminology::ListedCode& code, std::string_view property);

class ExpansionCodeWriter {
 public:
  /// set, view         outlive it
  /// writes_versions   codes of several versions of one system have to be told apart
  ExpansionCodeWriter(const terminology::ValueSet& set, const ExpansionView& view,
                      bool writes_versions);

  /// The members of its object, but for the codes below it.
  void write_members(const terminology::ListedCode& code, fhir::json::Builder& out) const;
  /// Those that are asked for, and those that are always shown.
  std::vector<terminology::Property> properties_of(const terminology::ListedCode& code) const;

 private:
  void write_extensions(const terminology::ListedCode& code, fhir::json::Builder& out) const;
  static void write_property(const terminology::Property& property, fhir::json::Builder& out);
  void write_designations(const terminology::KnownCode& known, std::string_view display,
                          fhir::json::Builder& out) const;
  bool wants(const terminology::Designation& designation) const;
  terminology::KnownCode known_of(const terminology::ListedCode& code) const;

  const terminology::ValueSet& set_;
  const ExpansionView& view_;
  const bool writes_versions_;
};

}  // namespace server::operations
