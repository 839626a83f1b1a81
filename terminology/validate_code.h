// Whether a code is right: in a code system, or in a value set; and all there is to say about it.
// https://hl7.org/fhir/R4/valueset-operation-validate-code.html
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/model/terminology_provider.h"
#include "terminology/code_system.h"
#include "terminology/language_range.h"
#include "terminology/scope.h"
#include "terminology/value_set.h"

namespace terminology {

/// How the code was given: what the paths of issues name.
enum class Given : std::uint8_t { code, coding, codeable_concept };

struct CodeQuestion {
  std::vector<fhir::Coding> codings;  // one, unless a CodeableConcept was given
  Given given = Given::coding;
  LanguageRanges languages;
  bool infers_system = false;          // of a code without one: the value set's own
  bool allows_abstract = true;         // headings will do
  bool is_lenient_on_display = false;  // a wrong display is no error
  bool membership_only = false;        // of the value set; nothing else is asked
  bool active_only = false;
  bool excludes_cross_versions = true;
};

/// One answer. Views into the scope, the value set and the question.
struct CodeVerdict {
  bool result = false;
  std::vector<fhir::Issue> issues;
  std::string message;  // what the issues say, in one text; may be empty

  // Of the code that was found, or the one that was asked about.
  std::string_view system, version, code;
  std::string display, status;
  std::string_view normalized_code;  // as the code system writes it, where that differs
  bool is_inactive = false;
  std::vector<std::string> unknown_systems;  // codings name them
  std::vector<std::string> causing_systems;  // the value set, or a version, needs them
};

/// system   without: that of the coding, found in the scope; else the only one that will do
CodeVerdict validate_code(const Scope& scope, const CodeSystem* system,
                          const CodeQuestion& question);

/// Gives the resource of a value set, which outlives the answer; null when there is none.
using ResourceOf = std::function<const fhir::json::Value*()>;

/// resource   of the set, which is read again where a coding names a version that the set leaves
///            open; empty: the set stays as it is
/// errors     processing: the set is part of itself · invalid: a filter makes no sense ·
///            required: it has no compose
fhir::Result<CodeVerdict> validate_code(const Scope& scope, const ValueSet& set,
                                        const ResourceOf& resource, const CodeQuestion& question);

}  // namespace terminology
