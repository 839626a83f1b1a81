// Values of answers, options and conditions of a Questionnaire, compared with each other.
// https://hl7.org/fhir/R4/questionnaire.html
#pragma once

#include <optional>
#include <string_view>

#include "fhir/formats/json_value.h"
#include "fhir/model/unit_system.h"

namespace fhir::validation {

/// The member value[x] or answer[x] of an object; no value when it has none.
struct ChosenValue {
  const json::Value* value = nullptr;
  std::string_view type;  // as in the member's name: Coding, Boolean, DateTime
};

/// prefix   value, answer, initial
ChosenValue chosen_value(const json::Value& object, std::string_view prefix);

/// The type as FHIR writes it: boolean for Boolean, Coding for Coding.
std::string_view type_code(std::string_view member_type);

/// Codings by system and code, references by what they refer to, numbers and quantities by value.
/// units   may be null: quantities are then compared in the same unit alone
bool is_equal(const ChosenValue& a, const ChosenValue& b, const UnitSystem* units);

/// Negative, zero or positive; nothing when the two cannot be compared: other types, units of other
/// dimensions, precisions that leave the order open.
std::optional<int> compare(const ChosenValue& a, const ChosenValue& b, const UnitSystem* units);

}  // namespace fhir::validation
