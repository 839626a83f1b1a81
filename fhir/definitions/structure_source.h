// Where the making of a snapshot finds the structures it builds on.
#pragma once

#include <memory>
#include <string_view>

#include "fhir/base/result.h"
#include "fhir/definitions/snapshot_draft.h"
#include "fhir/formats/json_value.h"

namespace fhir::definitions {

/// A structure with its snapshot as a tree; both live as long as the source.
struct StructureDraft {
  const json::Value* structure = nullptr;
  std::string_view url;
  std::unique_ptr<DraftNode> root;
};

class StructureSource {
 public:
  virtual ~StructureSource() = default;

  /// By canonical, or by the name of a type: HumanName.
  ///
  /// errors   not-found: nothing is known of it · whatever making its snapshot meets
  virtual Result<const StructureDraft*> structure(std::string_view canonical) = 0;
};

}  // namespace fhir::definitions
