// Everything the loaded packages define: one immutable snapshot, shared by whoever works with it.
// Safe for any number of threads.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/definitions/schema.h"
#include "fhir/definitions/search_parameter.h"
#include "fhir/formats/json_document.h"

namespace fhir {

/// One conformance resource as loaded, without its narrative. Views live as long as the store.
struct ConformanceRecord {
  std::string_view type;  // StructureDefinition, CodeSystem …
  std::string_view id;
  std::string_view url;  // canonical, without version; empty when it has none
  std::string_view version;
  std::string_view json;  // the resource, compact
};

struct LoadOptions {
  /// Folders of unpacked packages, FHIR package files (.tgz), or single conformance resources as
  /// JSON; later ones win over earlier ones with the same url and version.
  std::vector<std::string> sources;
  /// Where a compiled image may be kept between starts; empty: nowhere.
  std::string cache_folder;
};

class DefinitionStore {
 public:
  virtual ~DefinitionStore() = default;

  /// Reads the sources, or the image that an earlier call with equal sources left in the cache.
  ///
  /// errors     not-found: a source is missing · structure, invalid: it is damaged
  static Result<std::shared_ptr<const DefinitionStore>> load(const LoadOptions& options);

  /// A snapshot that holds what this one holds, and these resources beside it. A resource with the
  /// url of a present one takes its place.
  virtual Result<std::shared_ptr<const DefinitionStore>> with(
      std::span<const std::string> resources) const = 0;

  /// By name: Patient, HumanName, string. Null when unknown.
  virtual const TypeSchema* type(std::string_view name) const = 0;
  /// All types in name order: resources, data types and primitives; no backbones.
  virtual std::span<const TypeSchema* const> types() const = 0;
  /// Names of the concrete resource types, in order.
  virtual std::span<const std::string_view> resource_types() const = 0;

  /// By canonical url (a |version is ignored). Null when unknown.
  virtual const ExtensionSchema* extension(std::string_view url) const = 0;

  /// All constraints, and all bound value sets: compiled forms are kept in arrays of these sizes.
  virtual std::span<const std::string_view> constraint_expressions() const = 0;
  virtual std::span<const std::string_view> bound_value_sets() const = 0;

  virtual std::span<const SearchParameter> search_parameters() const = 0;
  /// Those that apply to a resource type, inherited ones (_id, _lastUpdated …) included.
  virtual std::span<const SearchParameter* const> search_parameters_of(
      std::string_view resource_type) const = 0;
  virtual const SearchParameter* search_parameter(std::string_view resource_type,
                                                  std::string_view code) const = 0;
  virtual const SearchParameter* search_parameter_by_url(std::string_view url) const = 0;

  virtual std::span<const Compartment> compartments() const = 0;

  /// Every record of a type, in no order that means something.
  virtual std::span<const ConformanceRecord> records(std::string_view type) const = 0;
  /// By canonical, with or without |version; without: the newest. Null when unknown.
  virtual const ConformanceRecord* record(std::string_view type,
                                          std::string_view canonical) const = 0;
};

}  // namespace fhir
