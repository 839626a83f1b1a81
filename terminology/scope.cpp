#include "terminology/scope.h"

#include <algorithm>
#include <deque>
#include <optional>

#include "fhir/formats/json_writer.h"
#include "terminology/changes.h"
#include "terminology/fhir_code_system.h"
#include "terminology/implicit_value_set.h"
#include "terminology/releases.h"
#include "terminology/supplemented_code_system.h"
#include "terminology/tx_issue.h"
#include "terminology/value_set_reader.h"

namespace terminology {

using fhir::IssueType;
using fhir::json::Document;
using fhir::json::Value;

struct Scope::Brought {
  std::vector<const Value*> code_systems, value_sets, supplements;
  std::vector<std::unique_ptr<const ConceptMap>> concept_maps;
  std::deque<Document> read_supplements;             // of the server, for releases
  std::vector<const Value*> wanted_supplements;      // among both
  std::vector<std::string> wanted_held_supplements;  // of the server, those for releases too
  std::map<const Value*, std::unique_ptr<const CodeSystem>> made;
  std::map<const CodeSystem*, std::unique_ptr<const CodeSystem>> supplemented;
};

namespace {

bool has_content(const CodeSystem& system) {
  const Content content = system.info().content;
  return content != Content::not_present && content != Content::supplement;
}

/// The server's own supplement, when a release is what it supplements.
fhir::Result<std::optional<Document>> supplement_of_release(const Terminology& terminology,
                                                            const VersionRule& canonical) {
  const auto* record = terminology.definitions().record(
      "CodeSystem", canonical_text(canonical.url, canonical.version));
  if (record == nullptr) return std::optional<Document>();
  FHIR_TRY(document, Document::read(std::string(record->json)));
  const VersionRule target = VersionRule::of(document.root().string_at("supplements"));
  if (terminology.releases()->find(target.url, {}) == nullptr) return std::optional<Document>();
  return std::optional<Document>(std::move(document));
}

bool is_of(const Value& resource, const VersionRule& canonical) {
  return resource.string_at("url") == canonical.url &&
         (canonical.version.empty() ||
          version_fits(canonical.version, resource.string_at("version")));
}

}  // namespace

Scope::Scope(const Terminology& base, VersionRules rules) : base_(base), rules_(std::move(rules)) {}

Scope::Scope(const Scope& other, const VersionRule& preferred)
    : base_(other.base_), rules_(other.rules_), brought_(other.shared_brought()) {
  rules_.preferred = preferred;
}

Scope::~Scope() = default;

// Most requests bring nothing.
const Scope::Brought& Scope::all_brought() const {
  static const Brought k_nothing;
  return brought_ != nullptr ? *brought_ : k_nothing;
}

const std::shared_ptr<Scope::Brought>& Scope::shared_brought() const {
  if (brought_ == nullptr) brought_ = std::make_shared<Brought>();
  return brought_;
}

fhir::Result<void> Scope::add(const Value& resource) {
  Brought& own = *shared_brought();
  const std::string_view type = resource.string_at("resourceType");
  if (type == "CodeSystem") {
    const bool is_supplement =
        !resource.string_at("supplements").empty() || resource.string_at("content") == "supplement";
    (is_supplement ? own.supplements : own.code_systems).push_back(&resource);
  } else if (type == "ValueSet") {
    own.value_sets.push_back(&resource);
  } else if (type == "ConceptMap") {
    own.concept_maps.push_back(ConceptMap::make(resource));
  } else {
    return fhir::unexpected(fhir::make_issue(
        IssueType::invalid, "A tx-resource is a CodeSystem, a ValueSet or a ConceptMap"));
  }
  return {};
}

fhir::Result<void> Scope::use_supplement(std::string_view canonical) {
  const VersionRule wanted = VersionRule::of(canonical);
  Brought& own = *shared_brought();
  for (const Value* supplement : own.supplements) {
    if (!is_of(*supplement, wanted)) continue;
    auto& list = own.wanted_supplements;
    if (std::find(list.begin(), list.end(), supplement) == list.end()) {
      list.push_back(supplement);
      value_sets_.clear();
      own.supplemented.clear();
    }
    return {};
  }
  const CodeSystem* held = base_.any_code_system(wanted.url, wanted.version);
  if (held != nullptr && held->info().content == Content::supplement) {
    own.wanted_held_supplements.push_back(canonical_text(held->info().url, held->info().version));
    // It is always applied to a CodeSystem resource; to a release, which is mapped as it is, for
    // the request that wants it.
    FHIR_TRY(document, supplement_of_release(base_, wanted));
    if (document) {
      own.read_supplements.push_back(*std::move(document));
      own.wanted_supplements.push_back(&own.read_supplements.back().root());
      value_sets_.clear();
      own.supplemented.clear();
    }
    return {};
  }
  return fhir::unexpected(tx_failure(IssueType::not_found, "not-found",
                                     "VALUESET_SUPPLEMENT_MISSING",
                                     "Required supplement not found: " + std::string(canonical)));
}

bool Scope::is_plain() const {
  return rules_.are_none() && all_brought().code_systems.empty() &&
         all_brought().value_sets.empty() && all_brought().wanted_supplements.empty();
}

/// The newest one of those that fit.
const Value* Scope::find_brought(const std::vector<const Value*>& list, std::string_view url,
                                 std::string_view version) const {
  const Value* newest = nullptr;
  for (const Value* resource : list) {
    if (!is_of(*resource, {url, version})) continue;
    if (newest == nullptr || is_newer(resource->string_at("version"), newest->string_at("version")))
      newest = resource;
  }
  return newest;
}

const CodeSystem* Scope::made_code_system(const Value& resource) const {
  auto& made = brought_->made[&resource];
  if (made == nullptr) made = FhirCodeSystem::make(resource);
  return made.get();
}

const CodeSystem* Scope::supplemented(const CodeSystem* system) const {
  if (system == nullptr) return nullptr;
  std::vector<Value> supplements;
  for (const Value* supplement : all_brought().wanted_supplements) {
    const VersionRule target = VersionRule::of(supplement->string_at("supplements"));
    if (target.url == system->info().url &&
        (target.version.empty() || target.version == system->info().version))
      supplements.push_back(*supplement);
  }
  if (supplements.empty()) return system;
  auto& made = brought_->supplemented[system];
  if (made == nullptr) made = std::make_unique<const SupplementedCodeSystem>(*system, supplements);
  return made.get();
}

const CodeSystem* Scope::own_code_system(std::string_view url, std::string_view version) const {
  const Value* brought = find_brought(all_brought().code_systems, url, version);
  const CodeSystem* held = base_.any_code_system(url, version);
  if (brought == nullptr) return held;
  if (held != nullptr && has_content(*held) &&
      is_newer(held->info().version, brought->string_at("version")))
    return held;
  return made_code_system(*brought);
}

const CodeSystem* Scope::any_code_system(std::string_view url, std::string_view version) const {
  if (const Value* supplement = find_brought(all_brought().supplements, url, version))
    return made_code_system(*supplement);
  return own_code_system(url, version);
}

const CodeSystem* Scope::code_system(std::string_view url, std::string_view version) const {
  const CodeSystem* system = own_code_system(url, version);
  return system != nullptr && has_content(*system) ? supplemented(system) : nullptr;
}

ChosenSystem Scope::choose(std::string_view url, std::string_view declared) const {
  ChosenSystem chosen{.wanted = wanted_version(rules_, url, declared)};
  if (rules_.preferred && rules_.preferred->url == url &&
      (chosen.wanted.empty() || version_fits(chosen.wanted, rules_.preferred->version)))
    chosen.system = code_system(url, rules_.preferred->version);
  if (chosen.system == nullptr) chosen.system = code_system(url, chosen.wanted);
  return chosen;
}

std::vector<std::string_view> Scope::versions_of(std::string_view url) const {
  std::vector<std::string_view> versions = base_.versions_of(url);
  for (const Value* resource : all_brought().code_systems) {
    if (resource->string_at("url") == url) versions.push_back(resource->string_at("version"));
  }
  std::sort(versions.begin(), versions.end(),
            [](std::string_view a, std::string_view b) { return is_newer(b, a); });
  versions.erase(std::unique(versions.begin(), versions.end()), versions.end());
  return versions;
}

/// A canonical with the version that the request gives to those without one.
std::pair<std::string_view, std::string_view> Scope::pinned(std::string_view canonical) const {
  VersionRule wanted = VersionRule::of(canonical);
  if (wanted.version.empty()) {
    if (const VersionRule* rule = find_rule(rules_.value_sets, wanted.url))
      wanted.version = rule->version;
  }
  return {wanted.url, wanted.version};
}

std::string Scope::full_canonical(std::string_view canonical) const {
  const auto [url, version] = pinned(canonical);
  return canonical_text(url, version);
}

bool Scope::is_being_read(std::string_view canonical) const {
  const auto [url, version] = pinned(canonical);
  const std::string key = canonical_text(url, version);
  return std::find(reading_.begin(), reading_.end(), key) != reading_.end() ||
         (is_plain() && base_.is_being_read(key));
}

std::unique_ptr<const ValueSet> Scope::read(const Value& resource) const {
  const std::size_t before = reading_.size();
  const std::string_view url = resource.string_at("url");
  if (!url.empty()) {  // both ways in which an import may name it
    reading_.emplace_back(url);
    reading_.push_back(canonical_text(url, resource.string_at("version")));
  }
  std::unique_ptr<const ValueSet> set = ValueSetReader::read(resource, *this);
  reading_.resize(before);
  return set;
}

const ValueSet* Scope::value_set(std::string_view canonical) const {
  const auto [url, version] = pinned(canonical);
  std::string key = canonical_text(url, version);
  if (std::find(reading_.begin(), reading_.end(), key) != reading_.end()) return nullptr;
  if (is_plain()) {
    const ValueSet* held = base_.find_value_set(canonical);
    return held != nullptr ? held : implicit_value_set(canonical);
  }
  const auto kept = value_sets_.find(key);
  if (kept != value_sets_.end()) return kept->second.get();
  const std::optional<Document> resource = value_set_resource(key);
  // An implicit one names its code system itself: what the request brings does not touch it, but
  // for supplements.
  if (!resource) {
    const ValueSet* own =
        all_brought().wanted_supplements.empty() ? nullptr : implicit_value_set(key);
    if (own != nullptr) return own;
    const ValueSet* held = base_.find_value_set(key);
    return held != nullptr ? held : implicit_value_set(key);
  }
  if (!import_depth_.enter()) return nullptr;
  reading_.push_back(key);
  std::unique_ptr<const ValueSet> set = ValueSetReader::read(resource->root(), *this);
  reading_.pop_back();
  if (!import_depth_.leave()) return nullptr;
  return value_sets_.emplace(std::move(key), std::move(set)).first->second.get();
}

/// One that a release implies, for this request alone: the server keeps only so many.
const ValueSet* Scope::implicit_value_set(std::string_view canonical) const {
  const auto kept = value_sets_.find(canonical);
  if (kept != value_sets_.end()) return kept->second.get();
  const auto source = terminology::implicit_value_set(canonical, *base_.releases());
  if (!source) return nullptr;
  const auto document = Document::read(source->json);
  if (!document) return nullptr;
  return value_sets_.emplace(std::string(canonical), ValueSetReader::read(document->root(), *this))
      .first->second.get();
}

std::optional<Document> Scope::value_set_resource(std::string_view canonical) const {
  const auto [url, version] = pinned(canonical);
  std::string text;
  const Value* brought = find_brought(all_brought().value_sets, url, version);
  const auto* held = base_.definitions().record("ValueSet", canonical_text(url, version));
  if (brought != nullptr &&
      (held == nullptr || !is_newer(held->version, brought->string_at("version"))))
    text = fhir::json::to_string(*brought);
  else if (held != nullptr)
    text = held->json;
  else
    return std::nullopt;
  auto document = Document::read(std::move(text));
  if (!document) return std::nullopt;
  return *std::move(document);
}

bool Scope::has_value_set(std::string_view url) const {
  return find_brought(all_brought().value_sets, url, {}) != nullptr ||
         base_.definitions().record("ValueSet", url) != nullptr;
}

std::vector<const ConceptMap*> Scope::concept_maps(std::string_view canonical) const {
  const VersionRule wanted = VersionRule::of(canonical);
  std::vector<const ConceptMap*> maps;
  for (const auto& map : all_brought().concept_maps) {
    const bool fits =
        map->url() == wanted.url && (wanted.version.empty() || map->version() == wanted.version);
    if (canonical.empty() || fits) maps.push_back(map.get());
  }
  if (!canonical.empty()) {
    if (maps.empty()) {
      if (const ConceptMap* held = base_.concept_map(canonical)) maps.push_back(held);
    }
    return maps;
  }
  const auto held = base_.concept_maps();
  maps.insert(maps.end(), held.begin(), held.end());
  return maps;
}

std::vector<std::string> Scope::supplements_of(std::string_view url) const {
  std::vector<std::string> found;
  for (const Value* supplement : all_brought().wanted_supplements) {
    if (VersionRule::of(supplement->string_at("supplements")).url == url)
      found.push_back(
          canonical_text(supplement->string_at("url"), supplement->string_at("version")));
  }
  for (const std::string& canonical : all_brought().wanted_held_supplements) {
    const auto* record = base_.definitions().record("CodeSystem", canonical);
    bool supplements_it = false;
    if (record != nullptr)
      for_each_text(record->json, k_supplements, [&](std::string_view target) {
        supplements_it |= without_version(target) == url;
      });
    if (supplements_it) found.push_back(canonical);
  }
  return found;
}

}  // namespace terminology
