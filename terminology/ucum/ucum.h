// UCUM, the Unified Code for Units of Measure, as a unit system: every valid expression is a unit.
// https://ucum.org/ucum
#pragma once

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "fhir/definitions/definition_store.h"
#include "fhir/model/unit_system.h"

namespace terminology::ucum {

/// Reads its table when it is first asked (about two milliseconds), and remembers the meaning of
/// the units that it met: up to k_remembered_units_max, which would take less than 2 MB.
class Ucum final : public fhir::UnitSystem {
 public:
  /// definitions   hold the record UnitTable of UCUM; outlive this. Null when they do not.
  static std::unique_ptr<const Ucum> make(const fhir::DefinitionStore& definitions);
  ~Ucum() override;

  fhir::Result<void> check(std::string_view unit) const override;
  std::optional<fhir::UnitValue> canonical(const fhir::Decimal& value,
                                           std::string_view unit) const override;
  bool is_linear(std::string_view unit) const override;
  std::optional<fhir::Decimal> convert(const fhir::Decimal& value, std::string_view from,
                                       std::string_view to) const override;
  std::optional<fhir::UnitValue> multiply(const fhir::Decimal& a, std::string_view unit_a,
                                          const fhir::Decimal& b,
                                          std::string_view unit_b) const override;
  std::optional<fhir::UnitValue> divide(const fhir::Decimal& a, std::string_view unit_a,
                                        const fhir::Decimal& b,
                                        std::string_view unit_b) const override;
  std::string display(std::string_view unit) const override;

 private:
  struct Tables;
  struct Known;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  explicit Ucum(std::string_view record);
  const Tables& tables() const;
  std::shared_ptr<const Known> known(std::string_view unit) const;
  std::optional<fhir::UnitValue> combine(const fhir::Decimal& a, std::string_view unit_a,
                                         const fhir::Decimal& b, std::string_view unit_b,
                                         int sign) const;

  std::string_view record_;  // JSON
  mutable std::once_flag once_;
  mutable std::unique_ptr<const Tables> tables_;
  mutable std::shared_mutex mutex_;  // of what follows
  mutable std::unordered_map<std::string, std::shared_ptr<const Known>, Hash, std::equal_to<>>
      remembered_;
};

}  // namespace terminology::ucum
