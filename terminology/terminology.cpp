// https://hl7.org/fhir/R4/terminology-service.html
#include "terminology/terminology.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

#include "fhir/formats/json_document.h"
#include "terminology/changes.h"
#include "terminology/concept_map.h"
#include "terminology/fhir_code_system.h"
#include "terminology/grammar_code_system.h"
#include "terminology/implicit_value_set.h"
#include "terminology/maps/implicit_maps.h"
#include "terminology/releases.h"
#include "terminology/resolver.h"
#include "terminology/shelf.h"
#include "terminology/snomed/snomed_ids.h"
#include "terminology/ucum/ucum.h"
#include "terminology/ucum/ucum_code_system.h"
#include "terminology/value_set_reader.h"
#include "terminology/version_rules.h"

namespace terminology {
namespace {

using fhir::ConformanceRecord;
using fhir::IssueType;
using fhir::Membership;
using fhir::json::Document;
using fhir::json::Value;

/// Records come from the store's own writer: only a damaged image fails to read.
std::optional<Document> read_json(const ConformanceRecord& record) {
  auto document = Document::read(std::string(record.json));
  if (!document) return std::nullopt;
  return *std::move(document);
}

/// https://hl7.org/fhir/R4/ucum.html: the implicit value set of all units, by its names.
constexpr std::array<std::string_view, 3> k_unit_sets = {"http://unitsofmeasure.org/vs",
                                                         "http://unitsofmeasure.org",
                                                         "http://unitsofmeasure.org?fhir_vs"};

constexpr std::string_view k_all_codes = "?fhir_vs";

/// Implicit value sets of releases that are kept. Clients may ask for any: past this a new one is
/// not held.
constexpr std::size_t k_kept_sets_max = 2000;

fhir::Result<void> check_type(const Value& resource, std::string_view type) {
  if (resource.string_at("resourceType") == type) return {};
  return fhir::unexpected(fhir::make_issue(
      IssueType::invalid, "A " + std::string(type) + " is needed, not '" +
                              std::string(resource.string_at("resourceType")) + "'"));
}

}  // namespace

/// What was read, and how one thing finds another.
class Terminology::Shelves final : public Resolver {
 public:
  /// earlier   of another snapshot, or null
  Shelves(std::shared_ptr<const fhir::DefinitionStore> definitions, const Shelves* earlier,
          std::shared_ptr<const Releases> releases)
      : definitions_(std::move(definitions)),
        releases_(releases != nullptr  ? std::move(releases)
                  : earlier != nullptr ? earlier->releases_
                                       : std::make_shared<const Releases>()),
        code_systems_(definitions_->records("CodeSystem")),
        value_sets_(definitions_->records("ValueSet")),
        implicit_value_sets_(definitions_->records("CodeSystem")),
        concept_maps_(definitions_->records("ConceptMap")),
        units_(earlier != nullptr ? earlier->units_ : std::make_shared<const Units>(definitions_)) {
    if (earlier != nullptr) take_from(*earlier);
  }

  const CodeSystem* code_system(std::string_view url, std::string_view version) const override {
    const CodeSystem* system = any_code_system(url, version);
    return system != nullptr && has_content(*system) ? system : nullptr;
  }

  /// One without content and a supplement, too.
  const CodeSystem* any_code_system(std::string_view url, std::string_view version) const {
    if (url.empty()) return nullptr;
    if (url == fhir::k_ucum_system && units_->codes != nullptr) return units_->codes.get();
    if (const CodeSystem* released = releases_->find(url, version)) return released;
    const ConformanceRecord* found = record("CodeSystem", url, version);
    if (found == nullptr && has_wildcard(version)) found = newest_that_fits(url, version);
    const CodeSystem* system = code_system(found);
    if (system == nullptr && version.empty()) return grammar_code_system(url);
    return system;
  }

  std::vector<std::string_view> versions_of(std::string_view url) const override {
    std::vector<std::string_view> versions;
    for (const ConformanceRecord& record : code_systems_.records()) {
      if (record.url == url) versions.push_back(record.version);
    }
    for (const Releases::Entry& entry : releases_->entries()) {
      if (entry.system->info().url == url) versions.push_back(entry.system->info().version);
    }
    std::sort(versions.begin(), versions.end(),
              [](std::string_view a, std::string_view b) { return is_newer(b, a); });
    return versions;
  }

  bool is_being_read(std::string_view canonical) const override {
    return value_sets_.is_being_read(definitions_->record("ValueSet", canonical));
  }

  static bool has_content(const CodeSystem& system) {
    const Content content = system.info().content;
    return content != Content::not_present && content != Content::supplement;
  }

  const ValueSet* value_set(std::string_view canonical) const override {
    if (canonical.empty()) return nullptr;
    if (const auto* found = definitions_->record("ValueSet", canonical))
      return value_sets_.get(found, mutex_,
                             [&](const ConformanceRecord& record, std::vector<std::string>& asked) {
                               return read_value_set(record, asked);
                             });
    const std::size_t hash = canonical.find('#');
    return hash == std::string_view::npos
               ? implicit_value_set(canonical)
               : contained_value_set(canonical.substr(0, hash), canonical.substr(hash + 1));
  }

  const ConceptMap* concept_map(const ConformanceRecord* record) const {
    return concept_maps_.get(record, mutex_, [](const ConformanceRecord& source, auto&) {
      const std::optional<Document> document = read_json(source);
      return document ? ConceptMap::make(document->root()) : nullptr;
    });
  }

  /// The maps that releases imply, made at the first question.
  const maps::ImplicitMaps& implied_maps() const {
    std::call_once(implied_once_, [this] {
      std::vector<std::shared_ptr<const release::ReleaseCodeSystem>> systems;
      for (const Releases::Entry& entry : releases_->entries()) systems.push_back(entry.system);
      implied_maps_ = maps::ImplicitMaps(std::move(systems));
    });
    return implied_maps_;
  }

  const fhir::DefinitionStore& definitions() const { return *definitions_; }
  const std::shared_ptr<const Releases>& releases() const { return releases_; }
  const Shelf<ConceptMap>& concept_maps() const { return concept_maps_; }
  const fhir::UnitSystem* units() const { return units_->table.get(); }

 private:
  /// The units, which no client changes: one for all snapshots, since what they read stands on
  /// them.
  struct Units {
    explicit Units(std::shared_ptr<const fhir::DefinitionStore> store)
        : definitions(std::move(store)), table(ucum::Ucum::make(*definitions)) {
      if (table == nullptr) return;
      codes = std::make_unique<const ucum::UcumCodeSystem>(*table);
      for (std::string_view url : k_unit_sets)
        sets.push_back(ValueSetReader::all_codes_of(*codes, url));
    }
    std::shared_ptr<const fhir::DefinitionStore> definitions;
    std::unique_ptr<const ucum::Ucum> table;  // null: it is not held
    std::unique_ptr<const ucum::UcumCodeSystem> codes;
    std::vector<std::unique_ptr<const ValueSet>> sets;
  };

  /// Keeps what an earlier snapshot read, as far as the two agree on it.
  void take_from(const Shelves& earlier) {
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

  const ConformanceRecord* record(std::string_view type, std::string_view url,
                                  std::string_view version) const {
    if (version.empty()) return definitions_->record(type, url);
    return definitions_->record(type, std::string(url) + "|" + std::string(version));
  }

  const ConformanceRecord* newest_that_fits(std::string_view url, std::string_view pattern) const {
    const ConformanceRecord* newest = nullptr;
    for (const ConformanceRecord& record : code_systems_.records()) {
      if (record.url != url || !version_fits(pattern, record.version)) continue;
      if (newest == nullptr || is_newer(record.version, newest->version)) newest = &record;
    }
    return newest;
  }

  const CodeSystem* code_system(const ConformanceRecord* record) const {
    return code_systems_.get(record, mutex_, [&](const ConformanceRecord& source, auto&) {
      return read_code_system(source);
    });
  }

  std::unique_ptr<const CodeSystem> read_code_system(const ConformanceRecord& record) const {
    const std::optional<Document> document = read_json(record);
    if (!document) return nullptr;
    std::vector<Document> held;
    std::vector<Value> supplements;
    for (auto [at, end] = links().supplements.equal_range(record.url); at != end; ++at) {
      std::optional<Document> supplement = read_json(*at->second);
      if (!supplement) continue;
      supplements.push_back(supplement->root());
      held.push_back(*std::move(supplement));
    }
    return FhirCodeSystem::make(document->root(), supplements);
  }

  std::unique_ptr<const ValueSet> read_value_set(const ConformanceRecord& record,
                                                 std::vector<std::string>& asked) const {
    const std::optional<Document> document = read_json(record);
    if (!document) return nullptr;
    const Recorder recorder(*this, asked);
    return ValueSetReader::read(document->root(), recorder);
  }

  /// Notes what a value set asks about while it is read, and what the answers had asked about.
  class Recorder final : public Resolver {
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

    const ValueSet* value_set(std::string_view canonical) const override {
      const ValueSet* found = shelves_.value_set(canonical);
      const std::string_view url = without_version(canonical);
      asked_.emplace_back(url);
      if (const auto* record = shelves_.definitions_->record("ValueSet", canonical)) {
        const auto inner = shelves_.value_sets_.asked(record);
        asked_.insert(asked_.end(), inner.begin(), inner.end());
      } else if (const auto* owner = shelves_.implicit_owner(canonical)) {
        asked_.emplace_back(owner->url);
      } else if (const std::size_t mark = url.find(k_all_codes); mark != std::string_view::npos) {
        const std::string_view base = url.substr(0, mark);
        // An edition in the url is part of the same code system.
        asked_.emplace_back(base.starts_with(snomed::k_url) ? snomed::k_url : base);
      }
      return found;
    }

   private:
    const Shelves& shelves_;
    std::vector<std::string>& asked_;
  };

  static std::string_view system_of(std::string_view url) {
    return url.substr(0, url.size() - k_all_codes.size());
  }

  /// The code system whose codes are meant by a url that is no value set's own; null for none.
  const ConformanceRecord* implicit_owner(std::string_view canonical) const {
    const std::string_view url = without_version(canonical);
    if (url.ends_with(k_all_codes)) return definitions_->record("CodeSystem", system_of(url));
    const auto named = links().value_sets.find(url);
    return named != links().value_sets.end() ? named->second : nullptr;
  }

  const ValueSet* implicit_value_set(std::string_view canonical) const {
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

  /// An implicit value set of a release, and the code system that it draws on.
  struct Released {
    std::string system;
    std::shared_ptr<const ValueSet> set;
  };

  const ValueSet* released_value_set(std::string_view canonical) const {
    const std::size_t mark = canonical.find(k_all_codes);
    if (releases_->entries().empty() || mark == std::string_view::npos) return nullptr;
    // An expression may hold the bars of terms: only what stands before it can be a version.
    const bool is_expression = canonical.substr(mark).starts_with("?fhir_vs=ecl/");
    const std::string url(is_expression ? canonical : without_version(canonical));
    const std::lock_guard lock(mutex_);
    const auto kept = released_value_sets_.find(url);
    if (kept != released_value_sets_.end()) return kept->second.set.get();
    if (released_value_sets_.size() == k_kept_sets_max) return nullptr;
    const auto source = terminology::implicit_value_set(url, *releases_);
    if (!source) return nullptr;
    const auto document = Document::read(source->json);
    if (!document) return nullptr;
    Released read{std::string(source->system), ValueSetReader::read(document->root(), *this)};
    return released_value_sets_.emplace(url, std::move(read)).first->second.set.get();
  }

  /// A value set that stands inside the profile which binds to it.
  const ValueSet* contained_value_set(std::string_view profile, std::string_view id) const {
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
      auto read = ValueSetReader::read(resource, *this);  // may keep others
      return contained_value_sets_.try_emplace(std::move(key), std::move(read)).first->second.get();
    }
    return nullptr;  // not remembered: anybody may ask for any id
  }

  /// What code systems say of others: found by one search through their text, at first use.
  struct Links {
    std::unordered_multimap<std::string_view, const ConformanceRecord*> supplements;
    std::unordered_map<std::string_view, const ConformanceRecord*> value_sets;
  };

  const Links& links() const {
    std::call_once(links_once_, [&] {
      for (const ConformanceRecord& record : code_systems_.records()) {
        for_each_text(record.json, k_supplements, [&](std::string_view canonical) {
          links_.supplements.emplace(without_version(canonical), &record);
        });
        for_each_text(record.json, k_value_set, [&](std::string_view canonical) {
          links_.value_sets.emplace(without_version(canonical), &record);
        });
      }
    });
    return links_;
  }

  std::shared_ptr<const fhir::DefinitionStore> definitions_;
  std::shared_ptr<const Releases> releases_;
  mutable std::recursive_mutex mutex_;  // held while something is read
  Shelf<CodeSystem> code_systems_;
  Shelf<ValueSet> value_sets_;
  Shelf<ValueSet> implicit_value_sets_;  // by the record of their code system
  mutable std::unordered_map<std::string, std::unique_ptr<const ValueSet>> contained_value_sets_;
  mutable std::unordered_map<std::string, Released> released_value_sets_;
  Shelf<ConceptMap> concept_maps_;
  std::shared_ptr<const Units> units_;
  mutable std::once_flag implied_once_;
  mutable maps::ImplicitMaps implied_maps_;
  mutable std::once_flag links_once_;
  mutable Links links_;
};

Terminology::Terminology(std::unique_ptr<const Shelves> shelves) : shelves_(std::move(shelves)) {}
Terminology::~Terminology() = default;

std::shared_ptr<const Terminology> Terminology::make(
    std::shared_ptr<const fhir::DefinitionStore> definitions, const Terminology* earlier,
    std::shared_ptr<const Releases> releases) {
  const Shelves* shelves = earlier != nullptr ? earlier->shelves_.get() : nullptr;
  return std::shared_ptr<const Terminology>(new Terminology(
      std::make_unique<const Shelves>(std::move(definitions), shelves, std::move(releases))));
}

const fhir::CodeSet* Terminology::value_set(std::string_view canonical) const {
  return shelves_->value_set(canonical);
}

Membership Terminology::in_code_system(std::string_view system, std::string_view code) const {
  const CodeSystem* held = shelves_->code_system(system, {});
  return held == nullptr ? Membership::unknown : held->has(code);
}

fhir::CodingVerdict Terminology::judge(const fhir::Coding& coding) const {
  const CodeSystem* system = shelves_->any_code_system(coding.system, {});
  if (system == nullptr) return {};
  if (!Shelves::has_content(*system))
    return {.is_supplement = system->info().content == Content::supplement};
  fhir::CodingVerdict verdict{.membership = system->has(coding.code)};
  if (coding.display.empty() || verdict.membership != Membership::yes) return verdict;
  const ConceptId id = system->find(coding.code);
  if (id != k_no_concept && !has_display(*system, id, coding.display))
    verdict.right_display = system->at(id).display;
  return verdict;
}

bool Terminology::has_display_in(std::string_view system, std::string_view code,
                                 std::string_view language) const {
  const CodeSystem* held = shelves_->code_system(system, {});
  const ConceptId id = held != nullptr ? held->find(code) : k_no_concept;
  return id != k_no_concept && terminology::has_display_in(*held, id, language);
}

Membership Terminology::subsumes(std::string_view system, std::string_view ancestor,
                                 std::string_view descendant) const {
  const CodeSystem* held = shelves_->code_system(system, {});
  if (held == nullptr) return Membership::unknown;
  const ConceptId above = held->find(ancestor);
  const ConceptId below = held->find(descendant);
  if (above == k_no_concept || below == k_no_concept) {
    if (held->has(ancestor) == Membership::no || held->has(descendant) == Membership::no)
      return Membership::no;
    return ancestor == descendant ? Membership::yes : Membership::unknown;
  }
  const Subsumption found = compare(*held, above, below);
  return found == Subsumption::equivalent || found == Subsumption::subsumes ? Membership::yes
                                                                            : Membership::no;
}

std::string_view Terminology::display(std::string_view system, std::string_view code) const {
  const CodeSystem* held = shelves_->code_system(system, {});
  if (held == nullptr) return {};
  const ConceptId id = held->find(code);
  return id == k_no_concept ? std::string_view{} : held->at(id).display;
}

const fhir::UnitSystem* Terminology::units() const { return shelves_->units(); }

const CodeSystem* Terminology::code_system(std::string_view url, std::string_view version) const {
  return shelves_->code_system(url, version);
}

const CodeSystem* Terminology::any_code_system(std::string_view url,
                                               std::string_view version) const {
  return shelves_->any_code_system(url, version);
}

std::vector<std::string_view> Terminology::versions_of(std::string_view url) const {
  return shelves_->versions_of(url);
}

const fhir::DefinitionStore& Terminology::definitions() const { return shelves_->definitions(); }

bool Terminology::is_being_read(std::string_view canonical) const {
  return shelves_->is_being_read(canonical);
}

std::shared_ptr<const Releases> Terminology::releases() const { return shelves_->releases(); }

const ValueSet* Terminology::find_value_set(std::string_view canonical) const {
  return shelves_->value_set(canonical);
}

const ConceptMap* Terminology::concept_map(std::string_view canonical) const {
  const auto* record = shelves_->definitions().record("ConceptMap", canonical);
  return record != nullptr ? shelves_->concept_map(record)
                           : shelves_->implied_maps().find(canonical);
}

std::vector<const ConceptMap*> Terminology::concept_maps() const {
  std::vector<const ConceptMap*> all;
  for (const ConformanceRecord& record : shelves_->concept_maps().records()) {
    if (const ConceptMap* map = shelves_->concept_map(&record)) all.push_back(map);
  }
  const auto implied = shelves_->implied_maps().newest();
  all.insert(all.end(), implied.begin(), implied.end());
  return all;
}

fhir::Result<std::unique_ptr<const ValueSet>> Terminology::read_value_set(
    const Value& resource) const {
  FHIR_CHECK(check_type(resource, "ValueSet"));
  return ValueSetReader::read(resource, *shelves_);
}

fhir::Result<std::unique_ptr<const CodeSystem>> Terminology::read_code_system(
    const Value& resource) const {
  FHIR_CHECK(check_type(resource, "CodeSystem"));
  return std::unique_ptr<const CodeSystem>(FhirCodeSystem::make(resource));
}

fhir::Result<std::unique_ptr<const ConceptMap>> Terminology::read_concept_map(
    const Value& resource) const {
  FHIR_CHECK(check_type(resource, "ConceptMap"));
  return ConceptMap::make(resource);
}

}  // namespace terminology
