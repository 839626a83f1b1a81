// What was read of one snapshot of definitions, and how one thing finds another.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "terminology/code_system.h"
#include "terminology/code_system_links.h"
#include "terminology/concept_map.h"
#include "terminology/implied.h"
#include "terminology/import_depth.h"
#include "terminology/maps/implicit_maps.h"
#include "terminology/releases.h"
#include "terminology/resolver.h"
#include "terminology/shelf.h"
#include "terminology/unit_shelf.h"
#include "terminology/value_set.h"

namespace terminology {

/// Safe for any number of threads; what it gives lives as long as it does.
class Shelves final : public Resolver {
 public:
  /// earlier   of another snapshot, or null
  Shelves(std::shared_ptr<const fhir::DefinitionStore> definitions, const Shelves* earlier,
          std::shared_ptr<const Releases> releases);

  const CodeSystem* code_system(std::string_view url, std::string_view version) const override;

  /// One without content and a supplement, too.
  const CodeSystem* any_code_system(std::string_view url, std::string_view version) const;

  std::vector<std::string_view> versions_of(std::string_view url) const override;

  bool is_being_read(std::string_view canonical) const override;

  bool is_too_deep() const override;

  static bool has_content(const CodeSystem& system) {
    const Content content = system.info().content;
    return content != Content::not_present && content != Content::supplement;
  }

  const ValueSet* value_set(std::string_view canonical) const override;

  const ConceptMap* concept_map(const fhir::ConformanceRecord* record) const;

  /// What the questions above would answer, as far as that needs neither reading nor waiting; null
  /// when it does.
  const CodeSystem* kept_code_system(std::string_view url, std::string_view version) const;
  const ValueSet* kept_value_set(std::string_view canonical) const;
  const ConceptMap* kept_concept_map(std::string_view canonical) const;

  /// The maps that releases imply, made at the first question.
  const maps::ImplicitMaps& implied_maps() const;

  /// The resources that releases stand for, made at the first question.
  const ImpliedResources& implied() const;

  const fhir::DefinitionStore& definitions() const { return *definitions_; }
  const std::shared_ptr<const Releases>& releases() const { return releases_; }
  const Shelf<ConceptMap>& concept_maps() const { return concept_maps_; }
  const fhir::UnitSystem* units() const { return units_->table.get(); }

 private:
  class Recorder;

  /// Keeps what an earlier snapshot read, as far as the two agree on it.
  void take_from(const Shelves& earlier);

  const fhir::ConformanceRecord* record(std::string_view type, std::string_view url,
                                        std::string_view version) const;

  const fhir::ConformanceRecord* newest_that_fits(std::string_view url,
                                                  std::string_view pattern) const;

  const CodeSystem* code_system(const fhir::ConformanceRecord* record) const;

  std::unique_ptr<const CodeSystem> read_code_system(const fhir::ConformanceRecord& record) const;

  /// Nothing when more value sets import one another in a row than are followed. Under the mutex.
  template <class Read>
  std::optional<std::unique_ptr<const ValueSet>> within_depth(Read&& read) const {
    if (!import_depth_.enter()) return std::nullopt;
    std::unique_ptr<const ValueSet> set = read();
    if (!import_depth_.leave()) return std::nullopt;
    return set;
  }

  std::unique_ptr<const ValueSet> read_value_set(const fhir::ConformanceRecord& record,
                                                 std::vector<std::string>& asked) const;

  /// The code system whose codes are meant by a url that is no value set's own; null for none.
  const fhir::ConformanceRecord* implicit_owner(std::string_view canonical) const;

  const ValueSet* implicit_value_set(std::string_view canonical) const;

  /// An implicit value set of a release, and the code system that it draws on.
  struct Released {
    std::string system;
    std::shared_ptr<const ValueSet> set;
  };

  const ValueSet* released_value_set(std::string_view canonical) const;

  /// A value set that stands inside the profile which binds to it.
  const ValueSet* contained_value_set(std::string_view profile, std::string_view id) const;

  std::shared_ptr<const fhir::DefinitionStore> definitions_;
  std::shared_ptr<const Releases> releases_;
  mutable std::recursive_mutex mutex_;  // held while something is read
  mutable ImportDepth import_depth_;
  Shelf<CodeSystem> code_systems_;
  Shelf<ValueSet> value_sets_;
  Shelf<ValueSet> implicit_value_sets_;  // by the record of their code system
  mutable std::unordered_map<std::string, std::unique_ptr<const ValueSet>> contained_value_sets_;
  mutable std::unordered_map<std::string, Released> released_value_sets_;
  Shelf<ConceptMap> concept_maps_;
  std::shared_ptr<const UnitShelf> units_;
  mutable std::once_flag implied_once_;
  mutable std::atomic<bool> is_implied_ = false;
  mutable maps::ImplicitMaps implied_maps_;
  mutable std::once_flag implied_resources_once_;
  mutable ImpliedResources implied_resources_;
  CodeSystemLinks links_;
};

}  // namespace terminology
