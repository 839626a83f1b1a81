// The resources that are asked about, as the evaluator sees them: read, and nothing else.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"
#include "fhir/model/element.h"
#include "fhir/model/unit_system.h"
#include "tests/unit/property/tree.h"

namespace property_test {

/// The official definitions, with the units of UCUM.
const fhir::DefinitionStore& definitions();
std::shared_ptr<const fhir::DefinitionStore> shared_definitions();
const fhir::UnitSystem& units();

struct Resource {
  std::string type, id;
  std::int64_t last_updated = 0;
  fhir::json::Document document;
  fhir::Element root;

  Resource(const Tree& tree, std::int64_t updated);
};

struct World {
  std::deque<Resource> resources;  // the current ones
  std::int64_t now = 0;            // when it is asked

  const Resource* find(std::string_view type, std::string_view id) const;
};

}  // namespace property_test
