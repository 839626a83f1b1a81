// A unit system of a dozen units, for modules that know no terminology.
#pragma once

#include <array>

#include "fhir/model/unit_system.h"

namespace test_support {

class UnitDouble final : public fhir::UnitSystem {
 public:
  fhir::Result<void> check(std::string_view unit) const override {
    if (find(unit) != nullptr) return {};
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::code_invalid, "no unit"));
  }

  std::optional<fhir::UnitValue> canonical(const fhir::Decimal& value,
                                           std::string_view unit) const override {
    const Known* known = find(unit);
    if (known == nullptr) return std::nullopt;
    return fhir::UnitValue{value * number(known->factor) + number(known->offset),
                           std::string(known->base)};
  }

  bool is_linear(std::string_view unit) const override {
    const Known* known = find(unit);
    return known != nullptr && known->factor[0] != '-';
  }

  std::optional<fhir::Decimal> convert(const fhir::Decimal& value, std::string_view from,
                                       std::string_view to) const override {
    const auto base = canonical(value, from);
    const Known* target = find(to);
    if (!base || target == nullptr || base->unit != target->base) return std::nullopt;
    return fhir::Decimal::divide(base->value - number(target->offset), number(target->factor));
  }

  std::optional<fhir::UnitValue> multiply(const fhir::Decimal& a, std::string_view unit_a,
                                          const fhir::Decimal& b,
                                          std::string_view unit_b) const override {
    return fhir::UnitValue{a * b, std::string(unit_a) + "." + std::string(unit_b)};
  }

  std::optional<fhir::UnitValue> divide(const fhir::Decimal& a, std::string_view unit_a,
                                        const fhir::Decimal& b,
                                        std::string_view unit_b) const override {
    const auto alike = convert(a, unit_a, unit_b);
    auto value = fhir::Decimal::divide(alike.value_or(a), b);
    if (!value) return std::nullopt;
    return fhir::UnitValue{*value, alike ? "1" : std::string(unit_a) + "/" + std::string(unit_b)};
  }

  std::string display(std::string_view unit) const override { return std::string(unit); }

 private:
  struct Known {
    std::string_view code, factor, offset, base;
  };

  static fhir::Decimal number(std::string_view text) { return *fhir::Decimal::parse(text); }

  static const Known* find(std::string_view unit) {
    static constexpr std::array<Known, 16> k_units = {{{"1", "1", "0", "1"},
                                                       {"[lb_av]", "453.59237", "0", "g"},
                                                       {"g", "1", "0", "g"},
                                                       {"mg", "0.001", "0", "g"},
                                                       {"kg", "1000", "0", "g"},
                                                       {"m", "1", "0", "m"},
                                                       {"cm", "0.01", "0", "m"},
                                                       {"km", "1000", "0", "m"},
                                                       {"s", "1", "0", "s"},
                                                       {"min", "60", "0", "s"},
                                                       {"a", "31557600", "0", "s"},
                                                       {"K", "1", "0", "K"},
                                                       {"Cel", "1", "273.15", "K"},
                                                       {"g/L", "1000", "0", "g.m-3"},
                                                       {"mg/dL", "10", "0", "g.m-3"},
                                                       {"[opposite]", "-1", "0", "m"}}};
    for (const Known& known : k_units) {
      if (known.code == unit) return &known;
    }
    return nullptr;
  }
};

inline const UnitDouble& unit_double() {
  static const UnitDouble k_units;
  return k_units;
}

}  // namespace test_support
