// Makes the snapshot of a StructureDefinition from its differential and from what it derives from.
// https://hl7.org/fhir/R4/profiling.html#snapshot
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/definitions/structure_source.h"
#include "fhir/formats/json_document.h"

namespace fhir::definitions {

/// Keeps the structures it met, for the next snapshot. For one thread at a time.
class SnapshotGenerator final : private StructureSource {
 public:
  /// Finds bases, types and profiles by canonical, with or without version; null when unknown.
  using FindStructure = std::function<const ConformanceRecord*(std::string_view canonical)>;

  /// store   outlives the generator; its records have no prose, and so the snapshots have no more
  ///         than the differential brings
  explicit SnapshotGenerator(const DefinitionStore& store);
  explicit SnapshotGenerator(FindStructure find);
  ~SnapshotGenerator() override;

  /// The structure with a new snapshot, made from its differential; a snapshot that it has is not
  /// looked at.
  ///
  /// structure   a StructureDefinition; it need not be in the store
  /// returns     a document that depends on nothing else
  /// errors      not-found: the base or a type is unknown · structure: the differential does not
  /// fit
  ///             the base, or structures derive from each other in a circle · too-costly; with the
  ///             expression of the differential's element where one is to blame
  Result<json::Document> generate(const json::Value& structure);

 private:
  struct Kept;

  Result<const StructureDraft*> structure(std::string_view canonical) override;
  Result<std::unique_ptr<Kept>> keep(const ConformanceRecord& record);

  FindStructure find_;
  std::unordered_map<std::string, std::unique_ptr<Kept>> kept_;  // by record's url
  std::vector<std::string> in_progress_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace fhir::definitions

namespace fhir {

/// The same for one structure.
Result<json::Document> generate_snapshot(const json::Value& structure,
                                         const DefinitionStore& store);

}  // namespace fhir
