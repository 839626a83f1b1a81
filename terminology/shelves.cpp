// https://hl7.org/fhir/R4/terminology-service.html
#include "terminology/shelves.h"

#include <algorithm>
#include <span>
#include <utility>

#include "fhir/formats/json_document.h"
#include "terminology/changes.h"
#include "terminology/fhir_code_system.h"
#include "terminology/grammar_code_system.h"
#include "terminology/implicit_value_set.h"
#include "terminology/value_set_reader.h"
#include "terminology/version_rules.h"

namespace terminology {

using fhir::ConformanceRecord;
using fhir::json::Document;
using fhir::json::Value;

namespace {

/// Records come from the store's own writer: only a damaged image fails to read.
std::optional<Document> read_json(const ConformanceRecord& record) {
  auto document = Document::read(std::string(record.json));
  if (!document) return std::nullopt;
  return *std::move(document);
}

constexpr std::string_view k_all_codes = "?fhir_vs";

/// Implicit value sets of releases that are kept. Clients may ask for any: past this a new one is
/// read for each request that asks, by its scope.
constexpr std::size_t k_kept_sets_max = 2000;

std::string_view system_of(std::string_view url) {
  return url.substr(0, url.size() - k_all_codes.size());
}

}  // namespace

/// Notes what a value set asks about while it is read, and what the answers had asked about.
class Shelves::Recorder final : public Resolver {
 public:
  Recorder(const Shelves& shelves, std::vector<std::string>& asked)
      : shelves_(shelves), asked_(asked) {}

  const CodeSystem* code_system(std::string_view url, std::string_view version) const override {
    asked_.emplace_back(url);
    return shelves_.code_system(url, version);
  }

  std::vector<std::string_view> versions_of(std::string_view url) const override {
    return shelves_.versions_of(url);
  }

  bool is_being_read(std::string_view canonical) const override {
    return shelves_.is_being_read(canonical);
  }

  bool is_too_deep() const override { return shelves_.is_too_deep(); }

  const ValueSet* value_set(std::string_view canonical) const override {
    const ValueSet* found = shelves_.value_set(canonical);
    const std::string_view url = without_version(canonical);
    asked_.emplace_back(url);
    if (const auto* record = shelves_.definitions_->record("ValueSet", canonical)) {
      const auto inner = shelves_.value_sets_.asked(record);
      asked_.insert(asked_.end(), inner.begin(), inner.end());
    } else if (const auto* owner = shelves_.implicit_owner(canonical)) {
      asked_.emplace_back(owner->url);
    } else if (const auto system = implicit_system(url); !system.empty()) {
      asked_.emplace_back(system);
    }
    return found;
  }

 private:
  const Shelves& shelves_;
  std::vector<std::string>& asked_;
};

Shelves::Shelves(std::shared_ptr<const fhir::DefinitionStore> definitions, const Shelves* earlier,
                 std::shared_ptr<const Releases> releases)
    : definitions_(std::move(definitions)),
      releases_(releases != nullptr  ? std::move(releases)
                : earlier != nullptr ? earlier->releases_
                                     : std::make_shared<const Releases>()),
      code_systems_(definitions_->records("CodeSystem")),
      value_sets_(definitions_->records("ValueSet")),
      implicit_value_sets_(definitions_->records("CodeSystem")),
      concept_maps_(definitions_->records("ConceptMap")),
      units_(earlier != nullptr ? earlier->units_
                                : std::make_shared<const UnitShelf>(definitions_)),
      links_(code_systems_.records()) {
  if (earlier != nullptr) take_from(*earlier);
}

const CodeSystem* Shelves::code_system(std::string_view url, std::string_view version) const {
  const CodeSystem* system = any_code_system(url, version);
  return system != nullptr && has_content(*system) ? system : nullptr;
}

const CodeSystem* Shelves::any_code_system(std::string_view url, std::string_view version) const {
  if (url.empty()) return nullptr;
  if (url == fhir::k_ucum_system && units_->codes != nullptr) return units_->codes.get();
  if (const CodeSystem* released = releases_->find(url, version)) return released;
  const ConformanceRecord* found = record("CodeSystem", url, version);
  if (found == nullptr && has_wildcard(version)) found = newest_that_fits(url, version);
  const CodeSystem* system = code_system(found);
  if (system == nullptr && version.empty()) return grammar_code_system(url);
  return system;
}

std::vector<std::string_view> Shelves::versions_of(std::string_view url) const {
  std::vector<std::string_view> versions;
  for (const ConformanceRecord& record : code_systems_.records()) {
    if (record.url == url) versions.push_back(record.version);
  }
  for (const Releases::Entry& entry : releases_->entries()) {
    if (entry.release->info().url == url) versions.push_back(entry.release->info().version);
  }
  std::sort(versions.begin(), versions.end(),
            [](std::string_view a, std::string_view b) { return is_newer(b, a); });
  return versions;
}

bool Shelves::is_being_read(std::string_view canonical) const {
  return value_sets_.is_being_read(definitions_->record("ValueSet", canonical));
}

bool Shelves::is_too_deep() const {
  const std::lock_guard lock(mutex_);
  return import_depth_.is_too_deep();
}

const ValueSet* Shelves::value_set(std::string_view canonical) const {
  if (canonical.empty()) return nullptr;
  if (const auto* found = definitions_->record("ValueSet", canonical))
    return value_sets_.get(found, mutex_,
                           [&](const ConformanceRecord& record, std::vector<std::string>& asked) {
                             return within_depth([&] { return read_value_set(record, asked); });
                           });
  const std::size_t hash = canonical.find('#');
  return hash == std::string_view::npos
             ? implicit_value_set(canonical)
             : contained_value_set(canonical.substr(0, hash), canonical.substr(hash + 1));
}

const ConceptMap* Shelves::concept_map(const ConformanceRecord* record) const {
  return concept_maps_.get(record, mutex_, [](const ConformanceRecord& source, auto&) {
    const std::optional<Document> document = read_json(source);
    return document ? ConceptMap::make(document->root()) : nullptr;
  });
}

const maps::ImplicitMaps& Shelves::implied_maps() const {
  std::call_once(implied_once_, [this] {
    std::vector<std::shared_ptr<const release::ReleaseCodeSystem>> systems;
    for (const Releases::Entry& entry : releases_->entries()) {
      if (auto system = entry.release->system()) systems.push_back(std::move(system));
    }
    implied_maps_ = maps::ImplicitMaps(std::move(systems));
    is_implied_.store(true, std::memory_order_release);
  });
  return implied_maps_;
}

const ImpliedResources& Shelves::implied() const {
  std::call_once(implied_resources_once_,
                 [this] { implied_resources_ = ImpliedResources(*releases_, implied_maps()); });
  return implied_resources_;
}

const CodeSystem* Shelves::kept_code_system(std::string_view url, std::string_view version) const {
  const auto& held = releases_->entries();
  const bool is_released = std::any_of(held.begin(), held.end(), [&](const Releases::Entry& entry) {
    return entry.release->info().url == url;
  });
  if (is_released) return releases_->find(url, version, Releases::Wait::never);
  const CodeSystem* system = code_systems_.kept(record("CodeSystem", url, version));
  return system != nullptr && has_content(*system) ? system : nullptr;
}

const ValueSet* Shelves::kept_value_set(std::string_view canonical) const {
  if (const auto* found = definitions_->record("ValueSet", canonical))
    return value_sets_.kept(found);
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return nullptr;
  const auto kept = released_value_sets_.find(std::string(canonical));
  return kept != released_value_sets_.end() ? kept->second.set.get() : nullptr;
}

const ConceptMap* Shelves::kept_concept_map(std::string_view canonical) const {
  if (const auto* found = definitions_->record("ConceptMap", canonical))
    return concept_maps_.kept(found);
  return is_implied_.load(std::memory_order_acquire) ? implied_maps_.find(canonical) : nullptr;
}

void Shelves::take_from(const Shelves& earlier) {
  const Changes changes(*earlier.definitions_, *definitions_);
  const auto released = Releases::differences(earlier.releases_.get(), releases_.get());
  const auto is_as_before = [&](const ConformanceRecord& record,
                                std::span<const std::string> asked) {
    return !changes.touch(record.url) &&
           std::none_of(asked.begin(), asked.end(), [&](const std::string& url) {
             return changes.touch(url) || released.contains(url);
           });
  };
  const std::lock_guard lock(earlier.mutex_);
  code_systems_.take_from(earlier.code_systems_, is_as_before);
  value_sets_.take_from(earlier.value_sets_, is_as_before);
  implicit_value_sets_.take_from(earlier.implicit_value_sets_, is_as_before);
  concept_maps_.take_from(earlier.concept_maps_, [](auto&&...) { return true; });
  for (const auto& [url, set] : earlier.released_value_sets_) {
    const std::string system(set.system);
    if (!released.contains(system) && !changes.touch(system))
      released_value_sets_.emplace(url, set);
  }
}

const ConformanceRecord* Shelves::record(std::string_view type, std::string_view url,
                                         std::string_view version) const {
  if (version.empty()) return definitions_->record(type, url);
  return definitions_->record(type, std::string(url) + "|" + std::string(version));
}

const ConformanceRecord* Shelves::newest_that_fits(std::string_view url,
                                                   std::string_view pattern) const {
  const ConformanceRecord* newest = nullptr;
  for (const ConformanceRecord& record : code_systems_.records()) {
    if (record.url != url || !version_fits(pattern, record.version)) continue;
    if (newest == nullptr || is_newer(record.version, newest->version)) newest = &record;
  }
  return newest;
}

const CodeSystem* Shelves::code_system(const ConformanceRecord* record) const {
  return code_systems_.get(record, mutex_, [&](const ConformanceRecord& source, auto&) {
    return read_code_system(source);
  });
}

std::unique_ptr<const CodeSystem> Shelves::read_code_system(const ConformanceRecord& record) const {
  const std::optional<Document> document = read_json(record);
  if (!document) return nullptr;
  std::vector<Document> held;
  std::vector<Value> supplements;
  for (const ConformanceRecord* source : links_.supplements_of(record.url)) {
    std::optional<Document> supplement = read_json(*source);
    if (!supplement) continue;
    supplements.push_back(supplement->root());
    held.push_back(*std::move(supplement));
  }
  return FhirCodeSystem::make(document->root(), supplements);
}

std::unique_ptr<const ValueSet> Shelves::read_value_set(const ConformanceRecord& record,
                                                        std::vector<std::string>& asked) const {
  const std::optional<Document> document = read_json(record);
  if (!document) return nullptr;
  const Recorder recorder(*this, asked);
  return ValueSetReader::read(document->root(), recorder);
}

const ConformanceRecord* Shelves::implicit_owner(std::string_view canonical) const {
  const std::string_view url = without_version(canonical);
  const std::string_view version = canonical.substr(std::min(url.size() + 1, canonical.size()));
  if (url.ends_with(k_all_codes)) return record("CodeSystem", system_of(url), version);
  const ConformanceRecord* owner = links_.owner_of(url);
  return owner == nullptr || version.empty() || owner->version == version ? owner : nullptr;
}

const ValueSet* Shelves::implicit_value_set(std::string_view canonical) const {
  for (const auto& units : units_->sets) {
    if (units->info().url == without_version(canonical)) return units.get();
  }
  if (const ValueSet* set = released_value_set(canonical)) return set;
  const ConformanceRecord* owner = implicit_owner(canonical);
  if (owner == nullptr) return nullptr;
  const CodeSystem* system = code_system(owner->url, owner->version);
  if (system == nullptr) return nullptr;
  return implicit_value_sets_.get(owner, mutex_, [&](const ConformanceRecord&, auto& asked) {
    asked.emplace_back(owner->url);
    return ValueSetReader::all_codes_of(*system, without_version(canonical));
  });
}

const ValueSet* Shelves::released_value_set(std::string_view canonical) const {
  if (releases_->entries().empty() || implicit_system(canonical).empty()) return nullptr;
  const std::string url(canonical);
  {
    const std::lock_guard lock(mutex_);
    const auto kept = released_value_sets_.find(url);
    if (kept != released_value_sets_.end()) return kept->second.set.get();
    if (released_value_sets_.size() >= k_kept_sets_max) return nullptr;
  }
  // An expression may take seconds: others do not wait for it. Of two that read the same, the
  // first is kept.
  const auto source = terminology::implicit_value_set(url, *releases_);
  if (!source) return nullptr;
  const auto document = Document::read(source->json);
  if (!document) return nullptr;
  Released read{std::string(source->release->info().url),
                ValueSetReader::read(document->root(), *this)};
  const std::lock_guard lock(mutex_);
  return released_value_sets_.emplace(url, std::move(read)).first->second.set.get();
}

const ValueSet* Shelves::contained_value_set(std::string_view profile, std::string_view id) const {
  const ConformanceRecord* record = definitions_->record("StructureDefinition", profile);
  if (record == nullptr) return nullptr;
  const std::lock_guard lock(mutex_);
  std::string key = std::string(record->url).append("#").append(id);
  const auto kept = contained_value_sets_.find(key);
  if (kept != contained_value_sets_.end()) return kept->second.get();
  const std::optional<Document> document = read_json(*record);
  const Value* contained = document ? document->root().find("contained") : nullptr;
  if (contained == nullptr) return nullptr;
  for (const Value& resource : contained->items()) {
    if (resource.string_at("resourceType") != "ValueSet" || resource.string_at("id") != id)
      continue;
    // May keep others, or ask for this one again.
    auto read = within_depth([&] { return ValueSetReader::read(resource, *this); });
    if (!read) return nullptr;
    return contained_value_sets_.try_emplace(std::move(key), *std::move(read)).first->second.get();
  }
  return nullptr;  // not remembered: anybody may ask for any id
}

}  // namespace terminology
