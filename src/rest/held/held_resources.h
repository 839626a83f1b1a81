// Resources that are served beside those of the store: what loaded releases of code systems stand
// for. They can be read and found, and come and go with their release.
// https://hl7.org/fhir/R4/snomedct.html#implicit
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "src/search/extractor.h"
#include "src/search/query.h"
#include "src/storage/store.h"
#include "terminology/implied.h"
#include "terminology/terminology.h"

namespace server::rest {

inline constexpr std::size_t k_shown_sets_max = 1'000;  // value sets that a url alone names

/// The canonicals of value sets that were found by url, by id: what they were read by stays true
/// when releases or definitions come. Safe for any number of threads.
class ShownSets {
 public:
  /// Forgets all others when there are k_shown_sets_max.
  void add(const std::string& id, std::string_view canonical);
  std::optional<std::string> canonical(std::string_view id) const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::string> canonicals_;
};

/// Of one snapshot. A type's resources are made when the first of it is asked for. Safe for any
/// number of threads.
class HeldResources {
 public:
  HeldResources(std::shared_ptr<const fhir::DefinitionStore> definitions,
                std::shared_ptr<const terminology::Terminology> terminology,
                std::shared_ptr<const search::Extractor> extractor,
                std::shared_ptr<ShownSets> shown)
      : definitions_(std::move(definitions)),
        terminology_(std::move(terminology)),
        extractor_(std::move(extractor)),
        shown_(std::move(shown)) {}

  /// Nothing when there is none.
  std::optional<storage::Version> find(std::string_view type, std::string_view id) const;

  /// All that the query finds, by type, url, and newest version first. A value set of which there
  /// are any number, such as `…?fhir_vs=isa/…`, is found by its url; from then on it can be read.
  std::vector<storage::Version> matching(const search::Query& query) const;

  /// What the body of a resource, held or stored, is found by; nothing when it cannot be read.
  std::optional<search::IndexRows> rows_of(const storage::Version& version) const;

 private:
  struct Made {
    storage::Version version;
    search::IndexRows rows;
  };
  struct OfType {
    std::once_flag once;
    std::vector<Made> all;
  };

  const std::vector<Made>* of_type(std::string_view type) const;
  std::optional<Made> make(const terminology::Implied& implied) const;
  void add_named(const search::Query& query, std::vector<storage::Version>& found) const;

  std::shared_ptr<const fhir::DefinitionStore> definitions_;
  std::shared_ptr<const terminology::Terminology> terminology_;
  std::shared_ptr<const search::Extractor> extractor_;
  mutable std::array<OfType, 3> types_;
  std::shared_ptr<ShownSets> shown_;  // of all snapshots
};

}  // namespace server::rest
