// Lays a differential over the snapshot of what it derives from: walks into types, profiles and
// content references where the differential does, and makes the slices it names.
// https://hl7.org/fhir/R4/profiling.html#slicing https://hl7.org/fhir/R4/elementdefinition.html
#pragma once

#include <string_view>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/base/result.h"
#include "fhir/definitions/differential_tree.h"
#include "fhir/definitions/snapshot_draft.h"
#include "fhir/definitions/structure_source.h"

namespace fhir::definitions {

enum class Derivation { constraint, specialization };

class SnapshotMerger {
 public:
  /// root         a copy of the base's snapshot, to be changed
  /// url          of the structure that is made
  SnapshotMerger(DraftNode& root, Derivation derivation, std::string_view url,
                 StructureSource& source, Arena& arena, DraftBudget& budget)
      : root_(root),
        derivation_(derivation),
        url_(url),
        source_(source),
        arena_(arena),
        budget_(budget) {}

  /// errors   structure: the differential names what the base lacks, slices without saying how
  ///          · not-found: a type or profile it walks into is unknown · too-costly; each with the
  ///          expression of the differential's element
  Result<void> merge(const DifferentialNode& differential);

 private:
  /// What the differential says of one element of the base and its slices.
  struct Group {
    DraftNode* target = nullptr;
    const DifferentialNode* plain = nullptr;
    struct Slice {
      std::string_view name;
      const DifferentialNode* node;
      bool by_short_name;  // `valueQuantity` for `value[x]:valueQuantity`
    };
    std::vector<Slice> slices = {};
  };

  Result<void> merge_node(DraftNode& node, const DifferentialNode& differential);
  Result<void> merge_children(DraftNode& node, const DifferentialNode& differential);
  Result<std::vector<Group>> groups_of(DraftNode& node, const DifferentialNode& differential);
  Result<void> merge_group(DraftNode& parent, Group& group);
  Result<void> merge_profile(DraftNode& node, const json::Value& element);
  Result<void> add_element(DraftNode& parent, const DifferentialNode& differential);
  bool narrows(const DraftNode& parent, const Group& group) const;
  static bool closes(const Group& group);
  static std::string_view type_of(const Group& group, const Group::Slice& slice);
  void close_choice(DraftNode& target, const Group& group);
  json::Value slicing_by(std::string_view type, std::string_view path, std::string_view rules);
  static bool is_only_named(const Group& group);
  Result<DraftNode*> new_slice(DraftNode& parent, const DraftNode& target,
                               const std::vector<json::Member>& before, const Group::Slice& slice);
  Result<void> merge_new_slice(DraftNode& node, const DifferentialNode& slice);
  Result<void> ensure_slicing(DraftNode& target, const Group::Slice& slice);
  void add_general_constraints(DraftNode& node, const json::Value& element);
  Result<void> unfold(DraftNode& node, std::size_t index);
  Result<void> unfold_reference(DraftNode& node, std::string_view reference, std::size_t index);
  Result<void> copy_children(DraftNode& node, const DraftNode& from);
  Unexpected<Issue> refuse(std::size_t index, std::string why, IssueType type) const;

  DraftNode& root_;
  Derivation derivation_;
  std::string_view url_;
  StructureSource& source_;
  Arena& arena_;
  DraftBudget& budget_;
  std::size_t slice_depth_ = 0;  // slices that the element being merged stands in
};

}  // namespace fhir::definitions
