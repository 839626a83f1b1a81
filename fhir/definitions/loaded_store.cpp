#include "fhir/definitions/loaded_store.h"

#include <algorithm>
#include <cstdio>

#include "fhir/definitions/record_reader.h"
#include "fhir/definitions/search_parameter_reader.h"

namespace fhir {

Result<std::shared_ptr<const DefinitionStore>> DefinitionStore::load(const LoadOptions& options) {
  using namespace definitions;
  FHIR_TRY(fingerprint, fingerprint_of(options.sources));
  std::string cached;
  if (!options.cache_folder.empty()) {
    char name[48];
    std::snprintf(name, sizeof name, "/definitions-%016llx.image",
                  static_cast<unsigned long long>(fingerprint));
    cached = options.cache_folder + name;
    if (auto image = open_image(cached, fingerprint)) return LoadedStore::make({std::move(image)});
  }
  std::vector<RawRecord> raw;
  for (const std::string& source : options.sources) FHIR_CHECK(read_source(source, raw));
  auto image = make_image(std::move(raw));
  if (!cached.empty()) {
    write_image(cached, fingerprint, *image);
    // Mapped pages can be given back to the system; what was read into memory could not.
    if (auto mapped = open_image(cached, fingerprint)) image = std::move(mapped);
  }
  return LoadedStore::make({std::move(image)});
}

}  // namespace fhir

namespace fhir::definitions {
namespace {

std::string_view without_version(std::string_view canonical) {
  return canonical.substr(0, canonical.find('|'));
}

}  // namespace

Result<std::shared_ptr<const DefinitionStore>> LoadedStore::make(
    std::vector<std::shared_ptr<const Image>> images) {
  std::shared_ptr<LoadedStore> store(new LoadedStore);
  store->images_ = std::move(images);
  store->collect_records();
  FHIR_CHECK(store->compile());
  store->list_types();
  store->list_parameters();
  return std::shared_ptr<const DefinitionStore>(std::move(store));
}

Result<std::shared_ptr<const DefinitionStore>> LoadedStore::with(
    std::span<const std::string> resources) const {
  std::vector<RawRecord> raw;
  for (const std::string& text : resources) {
    FHIR_TRY(document, json::Document::read(text));
    add_record(document.root(), raw);
  }
  auto images = images_;
  images.push_back(make_image(std::move(raw)));
  return make(std::move(images));
}

void LoadedStore::collect_records() {
  // The last record of a (type, url, version) wins; those without a url are told apart by id.
  for (auto image = images_.rbegin(); image != images_.rend(); ++image) {
    const auto& all = (*image)->records();
    for (auto record = all.rbegin(); record != all.rend(); ++record) {
      auto& index = by_canonical_[record->type];
      const std::string key = record->url.empty()
                                  ? "#" + std::string(record->id)
                                  : std::string(record->url) + "|" + std::string(record->version);
      if (index.emplace(pool_.keep(key), nullptr).second) records_[record->type].push_back(*record);
    }
  }
  for (auto& [type, list] : records_) {
    auto& index = by_canonical_[type];
    for (const ConformanceRecord& record : list) {
      if (record.url.empty()) {
        index[pool_.keep("#" + std::string(record.id))] = &record;
        continue;
      }
      index[pool_.keep(std::string(record.url) + "|" + std::string(record.version))] = &record;
      const ConformanceRecord*& newest = index[record.url];
      if (newest == nullptr || newest->version < record.version) newest = &record;
    }
  }
}

Result<void> LoadedStore::compile() {
  SchemaCompiler compiler(*this, arena_, pool_);
  FHIR_TRY(schemas, compiler.compile(records("StructureDefinition")));
  schemas_ = std::move(schemas);
  FHIR_TRY(parameters, read_search_parameters(records("SearchParameter"), arena_, pool_));
  parameters_ = std::move(parameters);
  FHIR_TRY(compartments, read_compartments(records("CompartmentDefinition"), arena_, pool_));
  compartments_ = std::move(compartments);
  return {};
}

void LoadedStore::list_types() {
  for (const auto& [name, type] : schemas_.types) types_.push_back(type);
  std::sort(types_.begin(), types_.end(),
            [](const TypeSchema* a, const TypeSchema* b) { return a->name < b->name; });
  for (const TypeSchema* type : types_) {
    if (type->kind == TypeKind::resource && !type->is_abstract)
      resource_types_.push_back(type->name);
  }
}

void LoadedStore::list_parameters() {
  for (const SearchParameter& parameter : parameters_)
    parameters_by_url_[parameter.url] = &parameter;
  for (std::string_view name : resource_types_) {
    const TypeSchema* resource = type(name);
    auto& list = parameters_of_[name];
    for (const SearchParameter& parameter : parameters_) {
      const bool applies =
          std::any_of(parameter.bases.begin(), parameter.bases.end(), [&](std::string_view base) {
            const TypeSchema* base_type = type(base);
            return base_type != nullptr && resource->is_a(base_type);
          });
      if (applies) list.push_back(&parameter);
    }
    std::sort(list.begin(), list.end(),
              [](const SearchParameter* a, const SearchParameter* b) { return a->code < b->code; });
  }
}

const TypeSchema* LoadedStore::type(std::string_view name) const {
  auto found = schemas_.types.find(name);
  return found != schemas_.types.end() ? found->second : nullptr;
}

const ExtensionSchema* LoadedStore::extension(std::string_view url) const {
  auto found = schemas_.extensions.find(without_version(url));
  return found != schemas_.extensions.end() ? found->second : nullptr;
}

std::span<const SearchParameter* const> LoadedStore::search_parameters_of(
    std::string_view resource_type) const {
  auto found = parameters_of_.find(resource_type);
  if (found == parameters_of_.end()) return {};
  return found->second;
}

const SearchParameter* LoadedStore::search_parameter(std::string_view resource_type,
                                                     std::string_view code) const {
  auto list = search_parameters_of(resource_type);
  auto at = std::lower_bound(
      list.begin(), list.end(), code,
      [](const SearchParameter* parameter, std::string_view c) { return parameter->code < c; });
  return at != list.end() && (*at)->code == code ? *at : nullptr;
}

const SearchParameter* LoadedStore::search_parameter_by_url(std::string_view url) const {
  auto found = parameters_by_url_.find(without_version(url));
  return found != parameters_by_url_.end() ? found->second : nullptr;
}

std::span<const ConformanceRecord> LoadedStore::records(std::string_view type) const {
  auto found = records_.find(type);
  if (found == records_.end()) return {};
  return found->second;
}

const ConformanceRecord* LoadedStore::record(std::string_view type,
                                             std::string_view canonical) const {
  auto index = by_canonical_.find(type);
  if (index == by_canonical_.end()) return nullptr;
  auto found = index->second.find(canonical);
  return found != index->second.end() ? found->second : nullptr;
}

}  // namespace fhir::definitions
