// The DefinitionStore that stands on the images of packages, with or without additions over them.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/definitions/image.h"
#include "fhir/definitions/parameter_table.h"
#include "fhir/definitions/record_table.h"
#include "fhir/definitions/schema_compiler.h"

namespace fhir::definitions {

class LoadedStore final : public DefinitionStore, public std::enable_shared_from_this<LoadedStore> {
 public:
  /// images   in the order of loading; later records win
  static Result<std::shared_ptr<const LoadedStore>> make(
      std::vector<std::shared_ptr<const Image>> images);

  /// What the packages of this store hold, with these over them and nothing else. Costs as much as
  /// there are additions: schemas, and each part that the additions leave as it is, are shared.
  ///
  /// additions   none shapes_types(); in the order of loading
  /// previous    a store of the same packages, whose parts are used again where they are the same;
  ///             may be null
  std::shared_ptr<const LoadedStore> over(std::vector<Addition> additions,
                                          const LoadedStore* previous = nullptr) const;

  /// What lies over the packages of this store; none for one from make().
  std::vector<Addition> additions() const;

  Result<std::shared_ptr<const DefinitionStore>> with(
      std::span<const std::string> resources) const override;
  const TypeSchema* type(std::string_view name) const override;
  std::span<const TypeSchema* const> types() const override { return structures_->type_list; }
  std::span<const std::string_view> resource_types() const override {
    return structures_->resource_types;
  }
  const ExtensionSchema* extension(std::string_view url) const override;
  std::span<const std::string_view> constraint_expressions() const override {
    return extensions_->schemas.constraint_expressions;
  }
  std::span<const std::string_view> bound_value_sets() const override {
    return extensions_->schemas.bound_value_sets;
  }
  std::span<const SearchParameter> search_parameters() const override { return parameters_->all(); }
  std::span<const SearchParameter* const> search_parameters_of(
      std::string_view resource_type) const override {
    return parameters_->of(resource_type);
  }
  const SearchParameter* search_parameter(std::string_view resource_type,
                                          std::string_view code) const override {
    return parameters_->find(resource_type, code);
  }
  const SearchParameter* search_parameter_by_url(std::string_view url) const override {
    return parameters_->by_url(url);
  }
  std::span<const Compartment> compartments() const override { return compartments_->list; }
  std::span<const ConformanceRecord> records(std::string_view type) const override;
  const ConformanceRecord* record(std::string_view type, std::string_view canonical) const override;

 private:
  /// The schemas that the compiler left, where they live, and the types in order.
  struct Structures {
    Arena arena{1024};
    StringPool pool{arena};
    Schemas schemas;
    std::vector<const TypeSchema*> type_list;
    std::vector<std::string_view> resource_types;
  };
  struct Compartments {
    Arena arena{1024};
    StringPool pool{arena};
    std::vector<Compartment> list;
  };
  using Tables = std::map<std::string, std::shared_ptr<const RecordTable>, std::less<>>;

  LoadedStore() = default;
  void collect_records();
  Result<void> compile();
  void add_extensions(const LoadedStore* previous);
  void add_parameters(const LoadedStore* previous);
  void add_compartments(const LoadedStore* previous);
  Result<std::shared_ptr<const Compartments>> read_all_compartments() const;
  const std::vector<Addition>* additions_of(std::string_view type) const;
  bool has_same(std::string_view type, const LoadedStore* other) const;

  std::vector<std::shared_ptr<const Image>> images_;
  std::shared_ptr<const LoadedStore> packages_;  // of a store with additions; schemas point into it
  Tables tables_;
  std::shared_ptr<const Structures> structures_;
  std::shared_ptr<const Structures> extensions_;  // the same, unless extensions were added
  std::shared_ptr<const ParameterTable> parameters_;
  std::shared_ptr<const Compartments> compartments_;
};

}  // namespace fhir::definitions
