// The hierarchy of a release, made from pairs of a concept and its parent: lists both ways, and for
// each concept all that stands above it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "fhir/base/result.h"
#include "terminology/code_system.h"
#include "terminology/load/file_writer.h"

namespace terminology::load {

struct Edge {
  ConceptId from = k_no_concept;
  ConceptId to = k_no_concept;
};

/// Offsets and values of a list for each concept.
struct ListsBuilt {
  std::vector<std::uint32_t> offsets;
  std::vector<ConceptId> values;

  /// The `to` of each edge under its `from`, in the order given.
  static ListsBuilt make(ConceptId count, const std::vector<Edge>& edges);
};

/// All ancestors in sum; more make a hierarchy that nobody wrote by hand.
inline constexpr std::size_t k_ancestors_max = 200'000'000;

/// Writes the six sections of the hierarchy.
///
/// parents  child → parent; doubles count once
/// name     how to call a concept in an error
/// errors   business-rule: a concept stands above itself · too-costly: k_ancestors_max
fhir::Result<void> write_hierarchy(FileWriter& out, ConceptId count, std::vector<Edge> parents,
                                   const std::function<std::string(ConceptId)>& name);

}  // namespace terminology::load
