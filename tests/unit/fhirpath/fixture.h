// What the tests of FHIRPath share: the core definitions where they are installed, and short ways
// to evaluate an expression.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/fhirpath/expression.h"
#include "fhir/formats/json_document.h"
#include "tests/support/unit_double.h"

namespace fhirpath_test {

inline std::filesystem::path core_folder() {
  return std::filesystem::path(MEDISYNC_SOURCE_DIR) / "profiles/.packages/hl7.fhir.r4.examples";
}

/// Null when the definitions are not installed.
inline const fhir::DefinitionStore* core() {
  static const std::shared_ptr<const fhir::DefinitionStore> k_store = [] {
    fhir::LoadOptions options;
    options.sources = {core_folder().string()};
    auto loaded = fhir::DefinitionStore::load(options);
    return loaded ? *loaded : nullptr;
  }();
  return k_store.get();
}

/// Definitions of nothing: what needs no types is tested without them.
class NoDefinitions final : public fhir::DefinitionStore {
 public:
  using Store = fhir::DefinitionStore;
  fhir::Result<std::shared_ptr<const Store>> with(std::span<const std::string>) const override {
    return std::shared_ptr<const Store>();
  }
  const fhir::TypeSchema* type(std::string_view) const override { return nullptr; }
  std::span<const fhir::TypeSchema* const> types() const override { return {}; }
  std::span<const std::string_view> resource_types() const override { return {}; }
  const fhir::ExtensionSchema* extension(std::string_view) const override { return nullptr; }
  std::span<const std::string_view> constraint_expressions() const override { return {}; }
  std::span<const std::string_view> bound_value_sets() const override { return {}; }
  std::span<const fhir::SearchParameter> search_parameters() const override { return {}; }
  std::span<const fhir::SearchParameter* const> search_parameters_of(
      std::string_view) const override {
    return {};
  }
  const fhir::SearchParameter* search_parameter(std::string_view, std::string_view) const override {
    return nullptr;
  }
  const fhir::SearchParameter* search_parameter_by_url(std::string_view) const override {
    return nullptr;
  }
  std::span<const fhir::Compartment> compartments() const override { return {}; }
  std::span<const fhir::ConformanceRecord> records(std::string_view) const override { return {}; }
  const fhir::ConformanceRecord* record(std::string_view, std::string_view) const override {
    return nullptr;
  }
};

inline const fhir::DefinitionStore& none() {
  static const NoDefinitions k_none;
  return k_none;
}

inline fhir::json::Document read(std::string text) {
  return std::move(fhir::json::Document::read(std::move(text))).value();
}

inline std::string rendered(const fhir::fhirpath::Collection& items) {
  std::string out;
  for (const fhir::fhirpath::Item& item : items) {
    if (!out.empty()) out += " ; ";
    out += item.text();
  }
  return out;
}

/// The result in one line, items apart by ` ; `; `error: …` when it fails to compile or evaluate.
inline std::string evaluate(std::string_view source, const fhir::Element& context,
                            const fhir::DefinitionStore& definitions,
                            fhir::fhirpath::Environment environment = {}) {
  auto compiled = fhir::fhirpath::Expression::compile(source, definitions);
  if (!compiled) return "error: " + compiled.error().diagnostics;
  environment.definitions = &definitions;
  if (environment.resource.value == nullptr) environment.resource = context;
  auto result = compiled->evaluate(context, environment);
  if (!result) return "error: " + result.error().diagnostics;
  return rendered(*result);
}

/// Without a resource and without types; with units.
inline std::string evaluate(std::string_view source) {
  static const fhir::json::Document k_empty = read("{}");
  fhir::fhirpath::Environment environment;
  environment.units = &test_support::unit_double();
  return evaluate(source, fhir::Element{&k_empty.root()}, none(), environment);
}

inline bool fails(std::string_view source) { return evaluate(source).starts_with("error: "); }

}  // namespace fhirpath_test
