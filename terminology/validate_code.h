// Whether a code is right: in a code system, or in a value set.
// https://hl7.org/fhir/R4/valueset-operation-validate-code.html
#pragma once

#include <string>
#include <string_view>

#include "fhir/base/result.h"
#include "fhir/model/terminology_provider.h"
#include "terminology/code_system.h"
#include "terminology/value_set.h"

namespace terminology {

/// Whether codes that are headings (not selectable) will do.
enum class AbstractCodes : std::uint8_t { refused, allowed };

struct CodeQuestion {
  fhir::Coding coding;  // without a system: the value set's own
  std::string_view language;
  AbstractCodes abstract_codes = AbstractCodes::refused;
};

struct CodeVerdict {
  bool result = false;
  std::string message;  // why not; or a warning with a true result; empty: nothing to say
  std::string display;  // the right one; empty: not known
};

/// errors   not-supported: the system does not hold enough to decide
fhir::Result<CodeVerdict> validate_code(const CodeSystem& system, const CodeQuestion& question);

/// errors   not-supported, not-found: something that the set draws on is not held
fhir::Result<CodeVerdict> validate_code(const ValueSet& set, const CodeQuestion& question);

}  // namespace terminology
