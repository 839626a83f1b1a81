// Whether the display that comes with a code is one of its own.
// https://hl7.org/fhir/R4/terminologies.html#display
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/model/terminology_provider.h"
#include "terminology/displays.h"

namespace terminology {

struct DisplayFault {
  std::string_view message_id;
  std::string text;
  bool is_wrong = true;  // false: it is right, but not in the language that is wanted
};

/// Without regard to case. Nothing when there is nothing to say: no display, or a right one.
std::optional<DisplayFault> check_display_of(const KnownCode& known, const fhir::Coding& coding,
                                             const LanguageRanges& languages);

}  // namespace terminology
