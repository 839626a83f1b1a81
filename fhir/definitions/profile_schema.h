// A profile compiled for judging: what it demands beyond the type that it constrains. Whatever the
// base definition demands too is left out, so that judging a resource against a profile repeats
// nothing. Immutable; owns all that it points to.
// https://hl7.org/fhir/R4/profiling.html https://hl7.org/fhir/R4/elementdefinition.html
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/definitions/schema.h"

namespace fhir {

struct ProfileNode;

/// https://hl7.org/fhir/R4/valueset-resource-aggregation-mode.html, as bits
enum Aggregation : std::uint8_t {
  aggregation_contained = 1,
  aggregation_referenced = 2,
  aggregation_bundled = 4
};

enum class ReferenceVersioning : std::uint8_t { either, independent, specific };

/// One type that the profile allows.
struct ProfileType {
  std::string_view code;
  /// Of the value: one of them must be met. `url#id`: what the profile says of its element.
  std::span<const std::string_view> profiles;
  std::span<const std::string_view> target_profiles;  // of what a reference points to
  std::uint8_t aggregation = 0;                       // 0: any
  ReferenceVersioning versioning = ReferenceVersioning::either;
};

enum class DiscriminatorType : std::uint8_t { value, exists, type, profile, position };

/// One step of a discriminator's path.
struct DiscriminatorStep {
  enum class Kind : std::uint8_t { child, resolve, extension, of_type };
  Kind kind = Kind::child;
  std::string_view name;  // of the child or type; the url of the extension
  std::uint32_t name_hash = 0;
};

/// What tells the members of one slice: at the end of the steps stands what is wanted.
struct Criterion {
  DiscriminatorType type = DiscriminatorType::value;
  std::span<const DiscriminatorStep> steps;
  const json::Value* wanted = nullptr;      // value: fixed or pattern …
  bool is_exact = false;                    // … the former
  Binding binding;                          // value: a required binding tells as well
  bool must_exist = true;                   // exists
  std::span<const std::string_view> names;  // type: codes; profile: canonicals
  std::uint32_t position = 0;
};

enum class SlicingRules : std::uint8_t { open, closed, open_at_end };

struct Slice;

struct Slicing {
  SlicingRules rules = SlicingRules::open;
  bool is_ordered = false;
  std::span<const Slice> slices;     // the default slice is not among them
  const Slice* otherwise = nullptr;  // the default slice: what no other slice takes
  std::uint32_t size = 0;            // slices with all that re-slice them, and the default one
};

struct ProfileNode {
  std::string_view name;  // as FHIRPath says it: `value` for value[x]; the type at the root
  std::uint32_t name_hash = 0;
  std::string_view path;        // Observation.value[x]
  std::string_view slice_name;  // empty: no slice
  std::uint32_t min = 0;        // 0 where the base asks for as much
  std::uint32_t max = k_unbounded;
  std::uint32_t min_length = 0;
  std::uint32_t max_length = 0;
  std::span<const ProfileType> types;         // empty: as in the base
  Binding binding;                            // its index is dense over the profile; example: none
  std::span<const Binding> further_bindings;  // additional bindings without a usage
  const json::Value* fixed = nullptr;
  const json::Value* pattern = nullptr;
  const json::Value* min_value = nullptr;
  const json::Value* max_value = nullptr;
  /// Extensions that may stand for the value, where `min` asks for one.
  std::span<const std::string_view> value_alternatives;
  bool needs_value = false;
  std::span<const Constraint> constraints;  // not inherited; their index is dense over the profile
  /// Of a Narrative: languages that it must have a section in, or _yes, _no, _resource.
  std::span<const std::string_view> narrative_languages;
  /// Of a Narrative: how grave it is where the classes of its parts do not tell their source.
  std::optional<Severity> narrative_source;
  const Slicing* slicing = nullptr;
  std::span<const ProfileNode> children;
  /// Of an element whose content is that of another (Questionnaire.item.item); else null.
  const std::span<const ProfileNode>* shared_children = nullptr;

  std::span<const ProfileNode> all_children() const {
    return shared_children != nullptr ? *shared_children : children;
  }
};

struct Slice {
  ProfileNode node;  // node.slicing: its re-slices
  std::span<const Criterion> criteria;
  std::uint32_t index = 0;  // within Slicing::size of the outermost slicing
};

struct ProfileSchema {
  std::string_view url;
  std::string_view version;
  const TypeSchema* type = nullptr;  // what it constrains
  bool is_extension = false;
  ProfileNode root;
  std::span<const Constraint> context_invariants;         // of an extension: on what holds it …
  std::span<const std::string_view> context_expressions;  // … and FHIRPath of where it may stand
  std::uint32_t constraint_count = 0;
  std::uint32_t binding_count = 0;
  Arena arena{4 * 1024};
};

}  // namespace fhir
