// The DefinitionStore that stands on an image.
#pragma once

#include <map>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/definitions/image.h"
#include "fhir/definitions/schema_compiler.h"

namespace fhir::definitions {

class LoadedStore final : public DefinitionStore {
 public:
  /// images   in the order of loading; later records win
  static Result<std::shared_ptr<const DefinitionStore>> make(
      std::vector<std::shared_ptr<const Image>> images);

  Result<std::shared_ptr<const DefinitionStore>> with(
      std::span<const std::string> resources) const override;
  const TypeSchema* type(std::string_view name) const override;
  std::span<const TypeSchema* const> types() const override { return types_; }
  std::span<const std::string_view> resource_types() const override { return resource_types_; }
  const ExtensionSchema* extension(std::string_view url) const override;
  std::span<const std::string_view> constraint_expressions() const override {
    return schemas_.constraint_expressions;
  }
  std::span<const std::string_view> bound_value_sets() const override {
    return schemas_.bound_value_sets;
  }
  std::span<const SearchParameter> search_parameters() const override { return parameters_; }
  std::span<const SearchParameter* const> search_parameters_of(
      std::string_view resource_type) const override;
  const SearchParameter* search_parameter(std::string_view resource_type,
                                          std::string_view code) const override;
  const SearchParameter* search_parameter_by_url(std::string_view url) const override;
  std::span<const Compartment> compartments() const override { return compartments_; }
  std::span<const ConformanceRecord> records(std::string_view type) const override;
  const ConformanceRecord* record(std::string_view type, std::string_view canonical) const override;

 private:
  LoadedStore() : pool_(arena_) {}
  void collect_records();
  Result<void> compile();
  void list_types();
  void list_parameters();

  std::vector<std::shared_ptr<const Image>> images_;
  Arena arena_;
  StringPool pool_;
  std::unordered_map<std::string_view, std::vector<ConformanceRecord>> records_;
  /// Per type, by url and by `url|version`.
  std::unordered_map<std::string_view,
                     std::unordered_map<std::string_view, const ConformanceRecord*>>
      by_canonical_;
  Schemas schemas_;
  std::vector<const TypeSchema*> types_;
  std::vector<std::string_view> resource_types_;
  std::vector<SearchParameter> parameters_;
  std::unordered_map<std::string_view, const SearchParameter*> parameters_by_url_;
  std::unordered_map<std::string_view, std::vector<const SearchParameter*>> parameters_of_;
  std::vector<Compartment> compartments_;
};

}  // namespace fhir::definitions
