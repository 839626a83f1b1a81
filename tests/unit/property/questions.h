// Random searches over a world: mostly of values that some resource has, or nearly has.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/unit/property/dice.h"
#include "tests/unit/property/search.h"
#include "tests/unit/property/world.h"

namespace property_test {

class Questions {
 public:
  Questions(const World& world, Dice& dice) : world_(world), dice_(dice) {}

  Search search();

 private:
  Question question(const std::string& type, int depth);
  Question plain(const std::string& type);
  Question chain(const std::string& type, int depth);
  Question has(const std::string& type, int depth);
  Filter filter(const std::string& type, int depth);
  Filter filter_test(const std::string& type);
  Follow follow(const std::string& type);
  Question list();
  Question text(const std::string& type);
  Words words(const std::string& type, bool allow_phrases, int depth);
  Value place();
  std::optional<Compartment> compartment(const std::string& type);
  std::vector<std::pair<std::string, std::string>> links_to(const std::string& type);
  Value value_for(const std::string& type, const fhir::SearchParameter& parameter,
                  const std::string& modifier);
  Value composite_value(const std::string& type, const fhir::SearchParameter& parameter);
  std::string modifier_for(const std::string& type, const fhir::SearchParameter& parameter);
  const Resource* some_of(const std::string& type);
  std::vector<const fhir::SearchParameter*> parameters_of(const std::string& type,
                                                          bool references_only = false);

  const World& world_;
  Dice& dice_;
};

/// An operand of that type of parameter: of `element` where there is one, else of anything.
Value some_value(fhir::SearchParameterType type, const fhir::Element* element, Dice& dice);

}  // namespace property_test
