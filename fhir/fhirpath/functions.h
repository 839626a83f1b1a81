// The functions of the language, in one table per section of the specification.
#pragma once

#include <span>
#include <string_view>

#include "fhir/fhirpath/node.h"
#include "fhir/fhirpath/operators.h"

namespace fhir::fhirpath {

/// Null when there is no such function.
const Function* find_function(std::string_view name);

std::span<const Function> existence_functions();  // https://hl7.org/fhirpath/N1/#existence
std::span<const Function>
filtering_functions();  // https://hl7.org/fhirpath/N1/#filtering-and-projection
std::span<const Function> subsetting_functions();  // https://hl7.org/fhirpath/N1/#subsetting
std::span<const Function> combining_functions();   // https://hl7.org/fhirpath/N1/#combining
std::span<const Function> conversion_functions();  // https://hl7.org/fhirpath/N1/#conversion
std::span<const Function> string_functions();   // https://hl7.org/fhirpath/N1/#string-manipulation
std::span<const Function> regex_functions();    // the same section: matches, replaceMatches
std::span<const Function> math_functions();     // https://hl7.org/fhirpath/N1/#math
std::span<const Function> tree_functions();     // https://hl7.org/fhirpath/N1/#tree-navigation
std::span<const Function> utility_functions();  // https://hl7.org/fhirpath/N1/#utility-functions
std::span<const Function> type_functions();     // https://hl7.org/fhirpath/N1/#types
std::span<const Function> fhir_functions();     // https://hl7.org/fhir/R4/fhirpath.html#functions
std::span<const Function> coding_functions();   // the same page: memberOf, subsumes
std::span<const Function>
encoding_functions();  // https://build.fhir.org/ig/HL7/FHIRPath/#additional-string-functions
std::span<const Function> date_functions();  // the same page: #extract-datedatetimetime-components
std::span<const Function> aggregate_functions();  // the same page: #aggregates
std::span<const Function> profile_functions();    // https://hl7.org/fhir/R4/fhirpath.html#functions
std::span<const Function> boundary_functions();  // https://build.fhir.org/ig/HL7/FHIRPath/#boundary

/// Faster functions for what is common (`path = 'literal'`, `count() > 1`); called on each new
/// node.
void specialize(Node& node);
void specialize_equality(Node& node);
void specialize_comparison(Node& node);

/// Compiles a pattern; null when it is no regular expression of linear time.
/// flags   `i`: letters of any case; `m`: ^ and $ stand at every line
std::shared_ptr<const Regex> compile_regex(std::string_view pattern, std::string_view flags = {});

bool visit_count(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink);

}  // namespace fhir::fhirpath
