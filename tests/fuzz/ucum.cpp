// Any text as a unit: refused, or it has words, a canonical form that is a unit itself, and
// converts to itself without a change.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "fhir/base/decimal.h"
#include "fhir/model/unit_system.h"
#include "terminology/terminology.h"
#include "tests/fuzz/core.h"

namespace {

struct Fixture {
  std::shared_ptr<const fhir::DefinitionStore> definitions;
  std::shared_ptr<const terminology::Terminology> terms;

  Fixture() {
    definitions = fuzz::load_core({"@lhncbc/ucum-lhc"});
    terms = terminology::Terminology::make(definitions);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Fixture k_fixture;
  const fhir::UnitSystem* units = k_fixture.terms->units();
  if (units == nullptr) std::abort();
  const std::string_view unit(reinterpret_cast<const char*>(data), size);
  const fhir::Decimal value(3);
  if (!units->is_valid(unit)) {
    if (units->canonical(value, unit) || units->convert(value, unit, unit)) std::abort();
    return 0;
  }
  if (units->display(unit).empty()) std::abort();
  (void)units->is_linear(unit);
  if (const auto canonical = units->canonical(value, unit)) {
    if (!units->is_valid(canonical->unit)) std::abort();
  }
  (void)units->convert(value, unit, unit);
  (void)units->convert(value, unit, "1");
  (void)units->multiply(value, unit, value, unit);
  (void)units->divide(value, unit, value, unit);
  return 0;
}
