// The units of measure: code system, implicit value sets, and what units are worth.
// https://hl7.org/fhir/R4/ucum.html
#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "terminology/ucum/ucum.h"
#include "terminology/ucum/ucum_code_system.h"
#include "terminology/value_set.h"
#include "terminology/value_set_reader.h"

namespace terminology {

/// https://hl7.org/fhir/R4/ucum.html: the implicit value set of all units, by its names.
inline constexpr std::array<std::string_view, 3> k_unit_sets = {
    "http://unitsofmeasure.org/vs", "http://unitsofmeasure.org",
    "http://unitsofmeasure.org?fhir_vs"};

/// The units, which no client changes: one for all snapshots, since what they read stands on
/// them.
struct UnitShelf {
  explicit UnitShelf(std::shared_ptr<const fhir::DefinitionStore> store)
      : definitions(std::move(store)), table(ucum::Ucum::make(*definitions)) {
    if (table == nullptr) return;
    codes = std::make_unique<const ucum::UcumCodeSystem>(*table);
    for (std::string_view url : k_unit_sets)
      sets.push_back(ValueSetReader::all_codes_of(*codes, url));
  }
  std::shared_ptr<const fhir::DefinitionStore> definitions;
  std::unique_ptr<const ucum::Ucum> table;  // null: it is not held
  std::unique_ptr<const ucum::UcumCodeSystem> codes;
  std::vector<std::unique_ptr<const ValueSet>> sets;
};

}  // namespace terminology
