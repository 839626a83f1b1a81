// The snapshot of a profile as a tree: children by path, slices below the element that they slice.
// https://hl7.org/fhir/R4/profiling.html#slicing
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"

namespace fhir::definitions {

inline constexpr std::size_t k_path_depth_max = 40;    // parts of one path
inline constexpr std::size_t k_reslice_depth_max = 8;  // slashes in one slice's name

struct SourceNode {
  const json::Value* element = nullptr;
  std::string_view name;        // last part of the path: `value[x]`
  std::string_view slice_name;  // empty: no slice
  std::vector<std::unique_ptr<SourceNode>> children;
  std::vector<std::unique_ptr<SourceNode>> slices;  // of a slice: what slices it again

  /// The child of that name, `[x]` left out; null when there is none.
  const SourceNode* child(std::string_view child_name) const;
  /// What stands in ElementDefinition.type under that name, `profile` or `targetProfile`, of all
  /// types. A profile that means one of its elements: `url#id`.
  std::vector<std::string> canonicals(std::string_view member) const;
};

/// A StructureDefinition with its snapshot; views live as long as it does.
struct ProfileSource {
  json::Document document;
  const json::Value* structure = nullptr;
  SourceNode root;
};

/// Reads structures by canonical, each once. One compilation's; not for several threads.
class ProfileSources {
 public:
  explicit ProfileSources(const DefinitionStore& store) : store_(store) {}

  /// Null when the store does not have it, or it has no snapshot and none can be made.
  const ProfileSource* find(std::string_view canonical);
  /// Its root, or the element that follows a #; null as well when there is none.
  const SourceNode* node(std::string_view canonical);
  /// The type that a profile or type definition is about: Patient; empty when unknown.
  std::string_view type_name(std::string_view canonical);

 private:
  const DefinitionStore& store_;
  std::unordered_map<std::string, std::unique_ptr<ProfileSource>> read_;
};

std::unique_ptr<ProfileSource> read_profile_source(const DefinitionStore& store,
                                                   const ConformanceRecord& record);

/// Profiles of one type of an element, `url#id` where elements of a profile are meant.
std::vector<std::string> profiles_of(const json::Value& type, std::string_view member);

/// `value` of `value[x]`.
std::string_view without_choice_mark(std::string_view name);

}  // namespace fhir::definitions
