// A snapshot under construction: the tree of elements that its ids describe, each with the members
// that are known so far. Names and values are views into the structures they were taken from and
// into the arena of the draft; nothing of them is changed in place.
// https://hl7.org/fhir/R4/elementdefinition.html#id
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/base/result.h"
#include "fhir/formats/json_value.h"

namespace fhir::definitions {

struct DraftNode {
  std::string_view name;   // last part of the path: `Patient`, `identifier`, `value[x]`
  std::string_view slice;  // `mrn`, `a/b` for a slice of a slice; empty when this is none
  std::vector<json::Member> members;  // of the ElementDefinition, without id, path and sliceName
  std::vector<std::unique_ptr<DraftNode>> children;  // slices follow what they slice

  const json::Value* find(std::string_view member) const;
  /// Replaces the member of that name, or adds it. The name is a literal or lives in the arena.
  void set(std::string_view member, const json::Value& value);
  /// Drops the member and its `_` sibling.
  void erase(std::string_view member);

  /// The child of that name, itself no slice unless one is asked for; null when absent.
  DraftNode* child(std::string_view child_name, std::string_view child_slice = {}) const;
};

/// Counts what is made on the way to one snapshot, so that no differential costs more than a bound.
class DraftBudget {
 public:
  explicit DraftBudget(std::size_t nodes_max) : left_(nodes_max) {}
  /// errors   too-costly: the bound is passed
  Result<void> take(std::size_t nodes = 1);

 private:
  std::size_t left_;
};

/// The tree of a published or generated list of elements.
///
/// elements   snapshot.element in depth-first order; `base` is added where it is missing
/// url        of the structure, the source of constraints that name none
/// errors     structure: no elements, or an element whose parent does not stand before it
Result<std::unique_ptr<DraftNode>> draft_of(const json::Value& elements, std::string_view url,
                                            Arena& arena, DraftBudget& budget);

/// A copy with all its children.
Result<std::unique_ptr<DraftNode>> clone(const DraftNode& node, DraftBudget& budget);

/// The tree as `snapshot.element`, with ids and paths; it lives in `arena` alone.
json::Value flatten(const DraftNode& root, Arena& arena);

/// Values of a draft.
json::Member make_member(std::string_view name, const json::Value& value);
json::Value make_text(std::string_view text, Arena& arena);
json::Value make_object(const std::vector<json::Member>& members, Arena& arena);
json::Value make_array(const std::vector<json::Value>& items, Arena& arena);

}  // namespace fhir::definitions
