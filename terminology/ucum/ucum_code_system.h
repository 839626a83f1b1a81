// UCUM as a code system: its codes are the valid unit expressions.
// https://hl7.org/fhir/R4/ucum.html
#pragma once

#include "fhir/model/unit_system.h"
#include "terminology/grammar_code_system.h"

namespace terminology::ucum {

class UcumCodeSystem final : public GrammarCodeSystem {
 public:
  /// units   outlives this
  explicit UcumCodeSystem(const fhir::UnitSystem& units)
      : GrammarCodeSystem(fhir::k_ucum_system, "UCUM"), units_(units) {}

  fhir::Membership has(std::string_view code) const override {
    return units_.is_valid(code) ? fhir::Membership::yes : fhir::Membership::no;
  }
  std::string describe(std::string_view code) const override { return units_.display(code); }

  /// `canonical`, the one property: the units that can be brought to this one.
  fhir::Membership has_property(std::string_view code, std::string_view property,
                                std::string_view value) const override {
    if (property != "canonical") return fhir::Membership::unknown;
    const bool is_comparable = units_.convert(fhir::Decimal(1), code, value).has_value();
    return is_comparable ? fhir::Membership::yes : fhir::Membership::no;
  }

 private:
  const fhir::UnitSystem& units_;
};

}  // namespace terminology::ucum
