// https://hl7.org/fhir/R4/conformance-module.html
#include "src/rest/live_definitions.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>

#include "fhir/definitions/record_reader.h"
#include "fhir/definitions/schema_compiler.h"
#include "src/rest/capability_statement.h"
#include "src/rest/held/held_store.h"
#include "src/rest/reindexer.h"
#include "src/rest/search_request.h"
#include "src/rest/terminology_capabilities.h"
#include "terminology/release/folder.h"
#include "terminology/releases.h"
#include "terminology/terminology.h"

namespace server::rest {
namespace {

using fhir::definitions::Addition;
using fhir::definitions::LoadedStore;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t k_page = 1000;
/// An import spends at most a twentieth of its time on snapshots.
constexpr int k_pause_factor = 19;
constexpr std::chrono::seconds k_look_pause{1};  // between looks at the folder of releases

/// Whether what the records of these types say is the same, so that what was made of them is too.
bool agree_on(std::span<const std::string_view> types, const fhir::DefinitionStore& a,
              const fhir::DefinitionStore& b) {
  return std::all_of(types.begin(), types.end(), [&](std::string_view type) {
    return a.records(type).data() == b.records(type).data();
  });
}

constexpr std::array<std::string_view, 3> k_of_terminology = {"CodeSystem", "ValueSet",
                                                              "ConceptMap"};
constexpr std::array<std::string_view, 6> k_of_validation = {
    "StructureDefinition", "NamingSystem",  "StructureMap",
    "ImplementationGuide", "Questionnaire", "Measure"};

/// Whether code elements still take their system from the same value sets.
bool has_same_bound_sets(const fhir::DefinitionStore& a, const fhir::DefinitionStore& b) {
  const auto sets = a.bound_value_sets();
  if (sets.size() != b.bound_value_sets().size()) return false;
  if (a.records("ValueSet").data() == b.records("ValueSet").data()) return true;
  return std::all_of(sets.begin(), sets.end(), [&](std::string_view canonical) {
    const auto* before = a.record("ValueSet", canonical);
    const auto* after = b.record("ValueSet", canonical);
    return (before == nullptr) == (after == nullptr) &&
           (before == nullptr || before->json.data() == after->json.data());
  });
}

}  // namespace

bool is_put_in_force(std::string_view type) {
  return type != "Measure" && fhir::definitions::is_conformance_type(type);
}

LiveDefinitions::LiveDefinitions(std::shared_ptr<const LoadedStore> packages, Options options,
                                 Freshness freshness)
    : packages_(std::move(packages)),
      options_(std::move(options)),
      freshness_(freshness),
      shown_sets_(std::make_shared<ShownSets>()) {}

fhir::Result<std::unique_ptr<LiveDefinitions>> LiveDefinitions::make(
    std::shared_ptr<const fhir::DefinitionStore> packages, const Options& options,
    Freshness freshness) {
  auto loaded = std::dynamic_pointer_cast<const LoadedStore>(packages);
  if (loaded == nullptr)
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::not_supported, "These definitions take no additions"));
  std::unique_ptr<LiveDefinitions> live(new LiveDefinitions(std::move(loaded), options, freshness));
  live->definitions_ = live->packages_;
  live->open_releases();
  FHIR_TRY(snapshot, live->make_snapshot(live->packages_, nullptr));
  live->snapshot_ = std::move(snapshot);
  return live;
}

fhir::Result<void> LiveDefinitions::attach(storage::Store& store, Reindexer* reindexer) {
  store_ = &store;
  reindexer_ = reindexer;
  FHIR_TRY(reader, store.reader(Clock::now() + std::chrono::minutes(1)));
  const auto counts = store.counts();
  for (const auto& [type, count] : counts) {
    if (count > 0 && is_put_in_force(type)) FHIR_CHECK(read_type(*reader, type));
  }
  ++noted_;  // the snapshot made so far shows no store
  renew();
  return {};
}

fhir::Result<void> LiveDefinitions::read_type(storage::Reader& reader, std::string_view type) {
  search::Query query;
  query.resource_type = type;
  query.count = k_page;
  do {
    FHIR_TRY(page, reader.search(query));
    for (const storage::Page::Entry& entry : page.entries) {
      const storage::Version& version = entry.version;
      put({version.type, version.id},
          {version.version_id, version.last_updated, record_of(version.body)});
    }
    query.cursor = std::move(page.next_cursor);
  } while (!query.cursor.empty());
  return {};
}

/// Null for what changes no definitions: a type of R4 itself stays what it is.
Addition LiveDefinitions::record_of(std::string_view body) const {
  const auto document = fhir::json::Document::read(std::string(body));
  if (!document) return nullptr;
  const fhir::json::Value& root = document->root();
  if (root.string_at("resourceType") == "StructureDefinition" &&
      fhir::definitions::shapes_types(root) &&
      packages_->record("StructureDefinition", root.string_at("url")) != nullptr)
    return nullptr;
  std::vector<fhir::definitions::RawRecord> records;
  fhir::definitions::add_record(root, records);
  if (records.empty()) return nullptr;
  return std::make_shared<const fhir::definitions::RawRecord>(std::move(records.front()));
}

void LiveDefinitions::note(std::string_view type, std::string_view id,
                           const storage::Written& written) {
  if (written.unchanged || !is_put_in_force(type)) return;
  if (written.erased) {
    // Its versions begin anew when it comes back.
    const std::lock_guard lock(noted_mutex_);
    const auto found = stored_.find({std::string(type), std::string(id)});
    if (found == stored_.end()) return;
    if (found->second.record != nullptr)
      in_force_.erase({found->second.last_updated, found->first.first, found->first.second});
    stored_.erase(found);
    ++noted_;
    return;
  }
  put({std::string(type), std::string(id)},
      {written.version_id, written.last_updated, record_of(written.body)});
}

void LiveDefinitions::put(Key key, Stored stored) {
  const std::lock_guard lock(noted_mutex_);
  Stored& present = stored_[key];
  if (present.version_id >= stored.version_id) return;  // a later write was noted first
  if (present.record != nullptr) in_force_.erase({present.last_updated, key.first, key.second});
  if (stored.record != nullptr)
    in_force_.insert_or_assign({stored.last_updated, key.first, key.second}, stored.record);
  present = std::move(stored);
  ++noted_;
}

bool LiveDefinitions::is_due() const {
  if (noted_.load() == renewed_.load()) return false;
  return freshness_ == Freshness::always ||
         Clock::now().time_since_epoch().count() >= not_before_.load();
}

/// Looks at the folder of releases, but not at every request.
void LiveDefinitions::look_for_releases() {
  if (options_.release_folder.empty()) return;
  const auto now = Clock::now().time_since_epoch();
  auto due = look_again_.load(std::memory_order_relaxed);
  if (now.count() < due ||
      !look_again_.compare_exchange_strong(due, (now + Clock::duration(k_look_pause)).count()))
    return;
  const std::uint64_t stamp = terminology::release::folder_stamp(options_.release_folder);
  if (release_stamp_.exchange(stamp) == stamp) return;
  const std::lock_guard lock(renewal_mutex_);
  open_releases();
  ++noted_;
}

/// What is damaged is told once, and left out.
void LiveDefinitions::open_releases() {
  if (options_.release_folder.empty()) return;
  release_stamp_ = terminology::release::folder_stamp(options_.release_folder);
  releases_ = terminology::Releases::open(
      options_.release_folder, releases_.get(),
      [](const std::string& problem) { std::fprintf(stderr, "medisync: %s\n", problem.c_str()); });
}

std::shared_ptr<const Snapshot> LiveDefinitions::latest() {
  look_for_releases();
  if (is_due()) renew();
  return present();
}

std::shared_ptr<const Snapshot> LiveDefinitions::latest_if_ready() const {
  const bool is_time_to_look =
      !options_.release_folder.empty() &&
      Clock::now().time_since_epoch().count() >= look_again_.load(std::memory_order_relaxed);
  return is_time_to_look || is_due() ? nullptr : present();
}

std::shared_ptr<const Snapshot> LiveDefinitions::present() const {
  return std::atomic_load(&snapshot_);
}

void LiveDefinitions::renew() {
  const std::lock_guard lock(renewal_mutex_);
  if (noted_.load() == renewed_.load()) return;  // another request has done it meanwhile
  const Clock::time_point start = Clock::now();
  std::vector<Addition> additions = packages_->additions();
  std::uint64_t shown = 0;
  {
    const std::lock_guard noted(noted_mutex_);
    shown = noted_.load();
    additions.reserve(additions.size() + in_force_.size());
    for (const auto& [when, addition] : in_force_) additions.push_back(addition);
  }
  auto definitions = packages_->over(std::move(additions), definitions_.get());
  auto snapshot = make_snapshot(definitions, snapshot_.get());
  if (snapshot) {
    const bool has_same_parameters =
        definitions_->search_parameters().data() == definitions->search_parameters().data();
    const std::weak_ptr<const search::Extractor> earlier = snapshot_->extractor;
    definitions_ = std::move(definitions);
    std::atomic_store(&snapshot_, *std::move(snapshot));
    if (!has_same_parameters && reindexer_ != nullptr)
      reindexer_->definitions_changed(*definitions_, earlier);
  } else {
    std::fprintf(stderr, "medisync: the definitions stay as they were: %s\n",
                 snapshot.error().diagnostics.c_str());
  }
  renewed_ = shown;
  const Clock::time_point end = Clock::now();
  not_before_ = (end + k_pause_factor * (end - start)).time_since_epoch().count();
}

fhir::Result<std::shared_ptr<const Snapshot>> LiveDefinitions::make_snapshot(
    std::shared_ptr<const LoadedStore> definitions, const Snapshot* earlier) const {
  static std::atomic<std::uint64_t> made = 0;
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->number = ++made;
  operations::Services& services = snapshot->services;
  services.definitions = definitions;
  services.store = store_;
  snapshot->reindexer = reindexer_;
  const bool has_same_codes =
      earlier != nullptr && agree_on(k_of_terminology, earlier->definitions(), *definitions) &&
      (releases_ == nullptr || earlier->services.terminology->releases() == releases_);
  const operations::Services* before = earlier != nullptr ? &earlier->services : nullptr;
  services.terminology =
      has_same_codes
          ? before->terminology
          : terminology::Terminology::make(
                definitions, before != nullptr ? before->terminology.get() : nullptr, releases_);
  if (has_same_codes && agree_on(k_of_validation, earlier->definitions(), *definitions)) {
    services.validator = before->validator;
  } else {
    FHIR_TRY(validator, fhir::validation::Validator::make(
                            definitions, services.terminology.get(),
                            before != nullptr ? before->validator.get() : nullptr));
    services.validator = std::move(validator);
  }
  const bool indexes_alike = earlier != nullptr &&
                             earlier->definitions().search_parameters().data() ==
                                 definitions->search_parameters().data() &&
                             has_same_bound_sets(earlier->definitions(), *definitions);
  if (indexes_alike) {
    snapshot->extractor = earlier->extractor;
  } else {
    // Only units are asked for, and for longer than releases are held: what they are kept with maps
    // no release.
    const auto units = terminology::Terminology::make(
        definitions, services.terminology.get(), std::make_shared<const terminology::Releases>());
    FHIR_TRY(extractor,
             search::Extractor::make(definitions, options_.base_url, {units, units->units()}));
    snapshot->extractor = std::move(extractor);
  }
  if (options_.roles != nullptr)
    snapshot->policies = policy::Policies::make_again(*options_.roles, *definitions);
  if (store_ != nullptr && !services.terminology->releases()->entries().empty()) {
    const auto held = std::make_shared<const HeldResources>(definitions, services.terminology,
                                                            snapshot->extractor, shown_sets_);
    snapshot->shown_store = std::make_shared<HeldStore>(*store_, held);
    services.store = snapshot->shown_store.get();
  }
  snapshot->capability_statement =
      std::make_shared<const LazyText>([options = options_, definitions, date = now_utc_ms()] {
        return capability_statement(options, *definitions, date);
      });
  snapshot->normative_capabilities =
      std::make_shared<const LazyText>([options = options_, definitions, date = now_utc_ms()] {
        return capability_statement(options, *definitions, date, Portion::normative);
      });
  snapshot->terminology_capabilities = std::make_shared<const LazyText>(
      [options = options_, terminology = snapshot->services.terminology, date = now_utc_ms()] {
        return terminology_capabilities(options, *terminology, date);
      });
  return std::shared_ptr<const Snapshot>(std::move(snapshot));
}

}  // namespace server::rest
