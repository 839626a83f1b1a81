// Judges an element against a profile: a walk beside the profile's tree, which has only what the
// base definitions do not demand. Part of one validation, on one thread.
// https://hl7.org/fhir/R4/profiling.html
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/validation/profiles.h"
#include "fhir/validation/walk.h"

namespace fhir::validation {

inline constexpr int k_conformance_depth_max = 12;  // profiles asked within profiles

class ProfileWalk {
 public:
  explicit ProfileWalk(Walk& walk) : walk_(walk) {}

  /// Reports what the element breaks of a profile.
  /// canonical   as it was asked for; what follows a # names an element of the profile
  void check(const Node& node, const Profile& profile, std::string_view canonical = {});

  /// Whether the element meets the profile or is of the type; reports nothing. A profile that asks
  /// for itself on the same element is taken as met. Nothing: no such profile.
  std::optional<bool> conforms(const Node& node, std::string_view canonical);

  /// Whether a resource keeps the base definitions.
  bool meets_base(const Node& node);

  /// Whether the element lies in a slice of that name; nothing when its list has no such slice.
  std::optional<bool> is_in_slice(const Node& node, std::string_view canonical,
                                  std::string_view slice);

 private:
  // Elements (profile_walk.cpp)
  void check_whole(const Node& node, const Profile& profile, std::string_view canonical);
  void check_node(const Node& node, const ProfileNode& wanted, const Profile& profile);
  void check_constraints(const Node& node, const ProfileNode& wanted, const Profile& profile);
  void check_children(const Node& node, const ProfileNode& wanted, const Profile& profile);
  void check_named(const Node& node, const ProfileNode& wanted, const Profile& profile);
  void check_count(const Node& node, const ProfileNode& wanted, const Profile& profile,
                   std::uint32_t count);
  bool conforms(const Node& node, const Profile& profile, std::string_view canonical);

  // Values (profile_value.cpp, profile_pattern.cpp)
  void check_values(const Node& node, const ProfileNode& wanted, const Profile& profile);
  void check_quantity(const Node& node, const ProfileNode& wanted);
  void check_presence(const Node& node, const ProfileNode& wanted);
  void check_narrative_parts(const Node& node, const ProfileNode& wanted);
  void check_bindings(const Node& node, const ProfileNode& wanted, const Profile& profile);
  void check_pattern(const Node& node, const ProfileNode& wanted, const Profile& profile);

  // Types and references (profile_type.cpp)
  void check_type(const Node& node, const ProfileNode& wanted, const Profile& profile);
  void check_profiles_of(const Node& node, const ProfileType& type);
  void check_target(const Node& node, const ProfileType& type);
  void note_unknown_target_profile(const Node& node, std::string_view canonical,
                                   const Node& target);
  void check_target_profiles(const Node& node, const ProfileType& type, const Node& target);
  /// Calls with what a reference, canonical or URI means within the document; with an element of
  /// known type and no content when it is elsewhere; not at all when nothing is known of it.
  using TargetVisitor = std::function<void(const Node& target, bool is_contained)>;
  void with_target(const Node& node, const TargetVisitor& visit);

  // Slices (profile_slice.cpp)
  struct SliceCounts;
  void check_sliced(const Node& node, const ProfileNode& wanted, const Profile& profile);
  void check_in_slice(const Node& item, const Slice& slice, SliceCounts& counts,
                      const Profile& profile);
  void check_slice_counts(const Node& node, const Slicing& slicing, SliceCounts& counts,
                          const Profile& profile);
  const Slice* slice_of(const Node& item, std::size_t position, const Slicing& slicing,
                        const Profile& profile);
  bool is_member(const Node& item, std::size_t position, const Slice& slice,
                 const Profile& profile);
  bool meets(const Node& item, std::size_t position, const Criterion& criterion,
             const Profile& profile);
  bool meets_at(const Node& at, std::span<const DiscriminatorStep> steps,
                const Criterion& criterion, const Profile& profile);
  bool meets_here(const Node& at, const Criterion& criterion, const Profile& profile);

  void report(const Node& node, IssueType type, std::initializer_list<std::string_view> text);

  /// One profile, or one element of it, asked of one place.
  struct Key {
    const void* place;
    const Profile* profile;
    std::size_t part;  // hash of what follows # in the canonical
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return std::hash<const void*>()(key.place) * 31 + std::hash<const void*>()(key.profile) +
             key.part;
    }
  };
  static Key key_of(const Node& node, const Profile& profile, std::string_view canonical);

  Walk& walk_;
  std::unordered_map<Key, bool, Hash> known_;  // while one is being judged: true
  std::vector<Key> open_;                      // profiles on the way down to where the walk is
  int depth_ = 0;
  bool is_explaining_ = false;  // why none of several profiles is met
};

/// Whether it is of the type, or of one that specializes it.
bool is_of_type(const Element& element, std::string_view name);

}  // namespace fhir::validation
