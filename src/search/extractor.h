// Makes the index rows of a resource: every search parameter of its type, evaluated.
// https://hl7.org/fhir/R4/search.html
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/model/element.h"
#include "fhir/model/unit_system.h"
#include "src/search/index_rows.h"

namespace server::search {

/// Made once for a snapshot of the definitions, which it keeps alive; the rows point into it. A
/// type's expressions are compiled when its first resource comes. Safe for any number of threads.
class Extractor {
 public:
  /// base_url   of this server, without a slash at the end: references below it are local; may be
  ///            empty
  /// units      null: quantities are indexed in the unit as sent only
  static fhir::Result<std::unique_ptr<Extractor>> make(
      std::shared_ptr<const fhir::DefinitionStore> definitions, std::string base_url = {},
      std::shared_ptr<const fhir::UnitSystem> units = nullptr);
  ~Extractor();

  /// The rows of one resource, each once, in the order of the parameters. A parameter whose
  /// expression fails on the resource does not find it. Those of contained resources come apart.
  ///
  /// resource   a root element
  /// errors     structure: its type is unknown · too-costly: an expression passes FHIRPath's limits
  fhir::Result<IndexRows> extract(const fhir::Element& resource) const;

  /// Whether the resource refers to `type/id` by that parameter, as its rows would tell.
  ///
  /// errors   as of extract() · not-supported: the parameter is none that this indexes by
  fhir::Result<bool> refers(const fhir::Element& resource, const fhir::SearchParameter& parameter,
                            std::string_view type, std::string_view id) const;

  /// Parameters of the type that cannot be indexed, with the reason. Empty for the official ones.
  std::span<const fhir::Issue> problems(std::string_view resource_type) const;

 private:
  struct State;
  explicit Extractor(std::unique_ptr<State> state);
  fhir::Result<IndexRows> extract_within(const fhir::Element& resource,
                                         const fhir::Element& container) const;
  fhir::Result<void> add_contained(const fhir::Element& container, IndexRows& rows) const;
  std::unique_ptr<State> state_;
};

}  // namespace server::search
