#include "tests/unit/property/world.h"

#include <doctest/doctest.h>

#include "terminology/ucum/ucum.h"

namespace property_test {

std::shared_ptr<const fhir::DefinitionStore> shared_definitions() {
  static const auto store = [] {
    const std::string packages = std::string(MEDISYNC_SOURCE_DIR) + "/profiles/.packages/";
    fhir::LoadOptions options;
    options.sources = {packages + "hl7.fhir.r4.examples", packages + "@lhncbc/ucum-lhc"};
    auto loaded = fhir::DefinitionStore::load(options);
    if (!loaded) FAIL(loaded.error().diagnostics);
    return *loaded;
  }();
  return store;
}

const fhir::DefinitionStore& definitions() { return *shared_definitions(); }

const fhir::UnitSystem& units() {
  static const auto made = terminology::ucum::Ucum::make(definitions());
  if (made == nullptr) FAIL("there is no table of units");
  return *made;
}

namespace {

fhir::json::Document read(const Tree& tree) {
  auto document = fhir::json::Document::read(tree.json());
  if (!document) FAIL(document.error().diagnostics);
  return *std::move(document);
}

}  // namespace

Resource::Resource(const Tree& tree, std::int64_t updated)
    : last_updated(updated),
      document(read(tree)),
      root(fhir::root_element(document.root(), definitions())) {
  if (root.type == nullptr) FAIL("a resource of no type");
  type = root.type->name;
  id = document.root().string_at("id");
}

const Resource* World::find(std::string_view type, std::string_view id) const {
  for (const Resource& resource : resources) {
    if (resource.type == type && resource.id == id) return &resource;
  }
  return nullptr;
}

}  // namespace property_test
