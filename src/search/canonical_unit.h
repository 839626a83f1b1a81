// Quantities of UCUM in base units: what makes `5 mg/dL` found by `0.05 g/L`.
// https://hl7.org/fhir/R4/search.html#quantity
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/model/unit_system.h"
#include "src/search/query.h"
#include "src/search/value_ranges.h"

namespace server::search {

/// The system of index rows that hold a quantity in base units, beside the row with the unit as it
/// was sent. No resource has it.
inline constexpr std::string_view k_canonical_units = "urn:medisync:ucum-base-units";

struct CanonicalRange {
  NumberRange range;
  std::string unit;
};

/// The range in base units; an open end stays open.
///
/// units     may be null: nothing is known then
/// returns   nothing for what is no UCUM unit, and on logarithmic scales: more pH is less mol/L
std::optional<CanonicalRange> in_base_units(const fhir::UnitSystem* units, std::string_view unit,
                                            const NumberRange& range);

/// Turns the operand of a quantity with a UCUM unit into one for the rows in base units, if it can
/// be; else leaves it as it is: then it matches the unit as it was sent.
void ask_in_base_units(const fhir::UnitSystem* units, Operand& operand);

}  // namespace server::search
