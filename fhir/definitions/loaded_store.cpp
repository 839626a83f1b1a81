#include "fhir/definitions/loaded_store.h"

#include <algorithm>
#include <cstdio>
#include <unordered_map>

#include "fhir/definitions/record_reader.h"
#include "fhir/definitions/search_parameter_reader.h"

namespace fhir {

namespace {

Result<std::shared_ptr<const DefinitionStore>> store_of(
    std::shared_ptr<const definitions::Image> image) {
  FHIR_TRY(store, definitions::LoadedStore::make({std::move(image)}));
  return std::shared_ptr<const DefinitionStore>(std::move(store));
}

}  // namespace

Result<std::shared_ptr<const DefinitionStore>> DefinitionStore::load(const LoadOptions& options) {
  using namespace definitions;
  FHIR_TRY(fingerprint, fingerprint_of(options.sources));
  std::string cached;
  if (!options.cache_folder.empty()) {
    char name[48];
    std::snprintf(name, sizeof name, "/definitions-%016llx.image",
                  static_cast<unsigned long long>(fingerprint));
    cached = options.cache_folder + name;
    if (auto image = open_image(cached, fingerprint)) return store_of(std::move(image));
  }
  std::vector<RawRecord> raw;
  for (const std::string& source : options.sources) FHIR_CHECK(read_source(source, raw));
  auto image = make_image(std::move(raw));
  if (!cached.empty()) {
    write_image(cached, fingerprint, *image);
    // Mapped pages can be given back to the system; what was read into memory could not.
    if (auto mapped = open_image(cached, fingerprint)) image = std::move(mapped);
  }
  return store_of(std::move(image));
}

}  // namespace fhir

namespace fhir::definitions {
namespace {

std::string_view without_version(std::string_view canonical) {
  return canonical.substr(0, canonical.find('|'));
}

}  // namespace

Result<std::shared_ptr<const LoadedStore>> LoadedStore::make(
    std::vector<std::shared_ptr<const Image>> images) {
  std::shared_ptr<LoadedStore> store(new LoadedStore);
  store->images_ = std::move(images);
  store->collect_records();
  FHIR_CHECK(store->compile());
  return std::shared_ptr<const LoadedStore>(std::move(store));
}

std::shared_ptr<const LoadedStore> LoadedStore::over(std::vector<Addition> additions,
                                                     const LoadedStore* previous) const {
  const LoadedStore& packages = packages_ ? *packages_ : *this;
  std::shared_ptr<LoadedStore> store(new LoadedStore);
  store->packages_ = packages.shared_from_this();
  store->tables_ = packages.tables_;
  std::map<std::string_view, std::vector<Addition>> by_type;
  for (Addition& addition : additions) by_type[addition->type].push_back(std::move(addition));
  for (auto& [type, list] : by_type) {
    std::shared_ptr<const RecordTable>& table = store->tables_[std::string(type)];
    const auto known =
        previous != nullptr ? previous->tables_.find(type) : Tables::const_iterator{};
    const bool is_same = previous != nullptr && known != previous->tables_.end() &&
                         known->second->additions() == list;
    table = is_same ? known->second : RecordTable::over(table, std::move(list));
  }
  store->structures_ = packages.structures_;
  store->add_extensions(previous);
  store->add_parameters(previous);
  store->add_compartments(previous);
  return store;
}

std::vector<Addition> LoadedStore::additions() const {
  std::vector<Addition> out;
  for (const auto& [type, table] : tables_)
    out.insert(out.end(), table->additions().begin(), table->additions().end());
  return out;
}

Result<std::shared_ptr<const DefinitionStore>> LoadedStore::with(
    std::span<const std::string> resources) const {
  std::vector<RawRecord> raw;
  bool changes_types = false;
  for (const std::string& text : resources) {
    FHIR_TRY(document, json::Document::read(text));
    const json::Value& root = document.root();
    changes_types = changes_types ||
                    (root.string_at("resourceType") == "StructureDefinition" && shapes_types(root));
    add_record(root, raw);
  }
  std::vector<Addition> added = additions();
  if (!changes_types) {
    for (RawRecord& record : raw)
      added.push_back(std::make_shared<const RawRecord>(std::move(record)));
    return std::shared_ptr<const DefinitionStore>(over(std::move(added), this));
  }
  std::vector<RawRecord> present;
  for (const Addition& addition : added) present.push_back(*addition);
  auto images = packages_ ? packages_->images_ : images_;
  images.push_back(make_image(std::move(present)));
  images.push_back(make_image(std::move(raw)));
  FHIR_TRY(store, make(std::move(images)));
  return std::shared_ptr<const DefinitionStore>(std::move(store));
}

void LoadedStore::collect_records() {
  std::unordered_map<std::string_view, std::vector<ConformanceRecord>> by_type;
  for (const auto& image : images_) {
    for (const ConformanceRecord& record : image->records()) by_type[record.type].push_back(record);
  }
  for (const auto& [type, records] : by_type)
    tables_.emplace(std::string(type), RecordTable::make(records));
}

Result<void> LoadedStore::compile() {
  auto structures = std::make_shared<Structures>();
  SchemaCompiler compiler(*this, structures->arena, structures->pool);
  FHIR_TRY(schemas, compiler.compile(records("StructureDefinition")));
  structures->schemas = std::move(schemas);
  auto& types = structures->type_list;
  for (const auto& [name, type] : structures->schemas.types) types.push_back(type);
  std::sort(types.begin(), types.end(),
            [](const TypeSchema* a, const TypeSchema* b) { return a->name < b->name; });
  for (const TypeSchema* type : types) {
    if (type->kind == TypeKind::resource && !type->is_abstract)
      structures->resource_types.push_back(type->name);
  }
  structures_ = std::move(structures);
  extensions_ = structures_;
  FHIR_TRY(parameters, ParameterTable::make(*this));
  parameters_ = std::move(parameters);
  FHIR_TRY(compartments, read_all_compartments());
  compartments_ = std::move(compartments);
  return {};
}

void LoadedStore::add_extensions(const LoadedStore* previous) {
  extensions_ = structures_;
  const std::vector<Addition>* added = additions_of("StructureDefinition");
  if (added == nullptr) return;
  if (has_same("StructureDefinition", previous)) {
    extensions_ = previous->extensions_;
    return;
  }
  std::vector<const ConformanceRecord*> definitions;
  for (const Addition& addition : *added) {
    // What the packages hold in another version may still be the one that is meant.
    const ConformanceRecord* meant = record("StructureDefinition", addition->url);
    if (meant != nullptr && meant->json.data() == addition->json.data())
      definitions.push_back(meant);
  }
  auto own = std::make_shared<Structures>();
  SchemaCompiler compiler(*this, own->arena, own->pool);
  auto schemas = compiler.add_extensions(structures_->schemas, definitions);
  if (!schemas) return;  // records are written by this program: none is unreadable
  own->schemas = *std::move(schemas);
  extensions_ = std::move(own);
}

void LoadedStore::add_parameters(const LoadedStore* previous) {
  parameters_ = packages_->parameters_;
  const std::vector<Addition>* added = additions_of("SearchParameter");
  if (added == nullptr) return;
  if (has_same("SearchParameter", previous)) {
    parameters_ = previous->parameters_;
    return;
  }
  std::vector<std::string_view> urls;
  for (const Addition& addition : *added) {
    if (!addition->url.empty()) urls.push_back(addition->url);
  }
  parameters_ = ParameterTable::over(*packages_->parameters_, *this, urls);
}

void LoadedStore::add_compartments(const LoadedStore* previous) {
  compartments_ = packages_->compartments_;
  if (additions_of("CompartmentDefinition") == nullptr) return;
  if (has_same("CompartmentDefinition", previous)) {
    compartments_ = previous->compartments_;
  } else if (auto compartments = read_all_compartments()) {
    compartments_ = *std::move(compartments);
  }
}

Result<std::shared_ptr<const LoadedStore::Compartments>> LoadedStore::read_all_compartments()
    const {
  auto compartments = std::make_shared<Compartments>();
  FHIR_TRY(list, read_compartments(records("CompartmentDefinition"), compartments->arena,
                                   compartments->pool));
  compartments->list = std::move(list);
  return std::shared_ptr<const Compartments>(std::move(compartments));
}

/// Null when nothing of the type was added.
const std::vector<Addition>* LoadedStore::additions_of(std::string_view type) const {
  const auto table = tables_.find(type);
  if (table == tables_.end() || table->second->additions().empty()) return nullptr;
  return &table->second->additions();
}

bool LoadedStore::has_same(std::string_view type, const LoadedStore* other) const {
  if (other == nullptr) return false;
  const auto table = other->tables_.find(type);
  return table != other->tables_.end() && table->second == tables_.find(type)->second;
}

const TypeSchema* LoadedStore::type(std::string_view name) const {
  auto found = structures_->schemas.types.find(name);
  return found != structures_->schemas.types.end() ? found->second : nullptr;
}

const ExtensionSchema* LoadedStore::extension(std::string_view url) const {
  const auto& extensions = extensions_->schemas.extensions;
  auto found = extensions.find(without_version(url));
  return found != extensions.end() ? found->second : nullptr;
}

std::span<const ConformanceRecord> LoadedStore::records(std::string_view type) const {
  auto found = tables_.find(type);
  if (found == tables_.end()) return {};
  return found->second->records();
}

const ConformanceRecord* LoadedStore::record(std::string_view type,
                                             std::string_view canonical) const {
  auto found = tables_.find(type);
  return found != tables_.end() ? found->second->find(canonical) : nullptr;
}

}  // namespace fhir::definitions
