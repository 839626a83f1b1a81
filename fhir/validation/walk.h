// One validation: a walk over the tree beside the plans, reporting as it goes. Lives for one call
// on one thread; allocates nothing while all is well.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "fhir/base/issue.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/position_cursor.h"
#include "fhir/model/element.h"
#include "fhir/validation/anchors.h"
#include "fhir/validation/bound_sets.h"
#include "fhir/validation/bundle_index.h"
#include "fhir/validation/invariants.h"
#include "fhir/validation/narrative.h"
#include "fhir/validation/path.h"
#include "fhir/validation/plan.h"
#include "fhir/validation/profiles.h"
#include "fhir/validation/reference.h"
#include "fhir/validation/validator.h"

namespace fhir::validation {

/// A resource that the walk is inside of.
struct Scope {
  Element resource;  // %resource
  const Path* path = nullptr;
  const Scope* parent = nullptr;   // the resource around it; null at the top
  const Scope* root = nullptr;     // %rootResource: of a contained one its container
  const Scope* bundle = nullptr;   // the nearest Bundle around it, or itself
  std::string_view full_url = {};  // of its entry in a bundle
};

/// Contained resources by id; of two with the same id the first.
using ContainedIndex = std::unordered_map<std::string_view, const json::Value*>;

/// `Type/id` of the resources that one Parameters holds.
using ParametersIndex = std::unordered_set<std::string>;

/// Pairs of a resource and a text that belongs to it.
class TextsByResource {
 public:
  /// Whether it was new.
  bool insert(const json::Value* resource, std::string_view text) {
    return texts_.insert({resource, text}).second;
  }
  bool contains(const json::Value* resource, std::string_view text) const {
    return texts_.contains({resource, text});
  }

 private:
  using Key = std::pair<const json::Value*, std::string_view>;
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return std::hash<std::string_view>()(key.second) ^ (std::hash<const void*>()(key.first) * 31);
    }
  };
  std::unordered_set<Key, Hash> texts_;
};

/// An element in its place.
struct Node {
  Element element;
  const Path* path = nullptr;
  const Scope* scope = nullptr;
  const Node* parent = nullptr;
};

class DocumentJudge;
class DocumentResolver;
class ProfileWalk;

class Walk {
 public:
  /// What outlives every walk: the parts of the validator.
  struct Parts {
    const DefinitionStore& definitions;
    const TerminologyProvider* terminology;
    const Plans& plans;
    const Invariants& invariants;
    const BoundSets& bound_sets;
    const Profiles& profiles;
  };

  Walk(const Parts& parts, const json::Document& document, const Options& options, IssueSink& sink);
  ~Walk();

  /// prefix   stands for the resource in every expression; empty: its type
  void run(const json::Value& resource, std::string_view prefix);

 private:
  enum class Place : std::uint8_t { root, contained, entry };

  // Structure (walk.cpp)
  void check_members(const Node& node, const json::Value& object, const TypePlan& plan);
  void check_member(const Node& node, const ElementPlan& child, const PropertySchema& property,
                    const json::Value* value, const json::Value* sibling, ElementSet& present);
  void check_array(const Node& node, const ElementPlan& child, const PropertySchema& property,
                   const json::Value* value, const json::Value* sibling, const Path& path);
  void check_item(const Node& parent, const ElementPlan& child, const PropertySchema& property,
                  const json::Value* value, const json::Value* sibling, const Path& path);
  void check_complex(const Node& node, const TypePlan& plan);
  void check_required(const Node& node, const TypePlan& plan, const ElementSet& present);
  void report_unknown_member(const Node& node, const json::Member& member);

  // Values (walk_primitive.cpp, walk_value.cpp)
  void check_primitive(const Node& node, const TypePlan& plan);
  void check_canonical(const Node& node);
  void check_text_rules(const Node& node, Primitive primitive);
  void check_limits(const Node& node, const ElementSchema& element);
  void check_element_id(const Node& node, const json::Value& object);
  void check_attachment(const Node& node);

  // Narrative (walk_narrative.cpp)
  void check_narrative_of(const Node& node);
  void check_link(const Node& node, std::string_view target);
  bool has_anchor(const Scope& scope, std::string_view id);
  const Anchors& anchors_of(const json::Value& resource);

  // Resources (walk_resource.cpp)
  void check_resource(const json::Value& value, const TypeSchema* expected, const Path& path,
                      const Scope* parent, Place place, std::string_view full_url);
  void check_contained(const Scope& scope);
  void check_rule(const Node& node, ResourceRule rule);
  void check_publication(const Node& node);

  // Profiles (walk_profile.cpp)
  void check_profiles(const Node& node, bool is_root);
  void check_asked_profiles(const Node& node);
  void check_vital_sign(const Node& node, std::span<const json::Value> claimed, bool is_root);
  bool is_asked(std::string_view canonical) const;
  bool is_logical_model(std::string_view canonical) const;
  void refuse_model(std::string_view canonical, const Path& path, const json::Value& at);
  void check_profile(const Node& node, std::string_view canonical);
  /// The profile of an extension that has a definition of its own; null for a part of another.
  const Profile* profile_of(const ExtensionSchema& schema) const;
  ProfileWalk& profile_walk();
  /// Whether a resource keeps the base definitions; reports nothing.
  bool meets_base(const Node& node) const;

  // Rules that one element brings (each in a file of its name)
  void judge(const Node& node, const ElementPlan& child);
  void check_invariants(const Node& node, const std::vector<const Constraint*>& constraints);
  void check_rule(const Node& node, const Constraint& constraint, const Rule& rule);
  void check_binding(const Node& node, const Binding& binding);
  void check_maximum(const Node& node, const Binding& binding, const CodeSet* set);
  void check_membership(const Node& node, const Binding& binding, const CodeSet* set);
  void check_coding(const Node& node);
  void check_unit(const Node& node);
  void report_unknown_code(const Node& node, std::string_view uri);
  void note_display(const Node& node, const Coding& coding, std::string_view right);
  void accept_displays(const json::Value& value, const CodeSet* set);
  void report_displays();
  void check_system(const Node& node);
  void check_extension(const Node& holder, const Node& node, bool as_modifier);
  void check_reference(const Node& node, const TypeRef* type);
  void check_target(const Node& node, const TypeRef& type, std::string_view target);
  bool is_target(const TypeRef& type, std::string_view target) const;
  bool is_target_of_base(const Node& node, const Element& target) const;
  void check_bundle(const Node& node);
  void check_entry(const json::Value& entry, std::string_view bundle_type, const Path& path);
  void check_document(const Node& node);
  /// An entry that a relative reference means by its UUID, and whose type is another one.
  bool is_other_type_by_uuid(const ParsedReference& reference, const Scope& scope);

  /// What an extension's definition says of its content and its place.
  void check_known_extension(const Node& holder, const Node& node, const ExtensionSchema& schema,
                             bool as_modifier);
  bool is_context(const Node& holder, const ExtensionSchema::Context& context,
                  const Profile* profile);
  bool is_context_by_path(const Node& holder, const Rule& rule);
  void check_context_invariants(const Node& holder, const Node& node, const Profile& profile);
  /// The definition that governs an extension: by its url, or within the extension around it.
  const ExtensionSchema* extension_schema(const Node& node) const;

  /// The resource that a reference means inside the document; an empty element when it is not
  /// there.
  Element find_target(const ParsedReference& reference, std::string_view text, const Scope& scope);
  const BundleIndex& index_of(const Scope& bundle);
  const ParametersIndex& index_of_parameters(const json::Value& parameters);
  void check_within_parameters(const Node& node, const ParsedReference& reference);
  const ContainedIndex& contained_of(const json::Value& resource);
  /// Remembers `#id` of a reference or URI for dom-3.
  void note_fragment(const Scope& scope, std::string_view text);
  /// Whether anyone would hear of it.
  bool is_told(Severity severity) const { return severity <= options_.least; }
  /// Whether this was not asked before in this walk: notes about one thing come once.
  bool is_first(std::string_view thing);

  void report(Severity severity, IssueType type, const Path& path, std::uint32_t offset,
              std::initializer_list<std::string_view> text, std::string_view rule = {});
  void report(const Node& node, IssueType type, std::initializer_list<std::string_view> text,
              std::string_view rule = {}) {
    report(Severity::error, type, *node.path, node.element.offset(), text, rule);
  }

  /// While one lives, errors are counted and nothing is reported.
  class Hush {
   public:
    explicit Hush(Walk& walk) : walk_(walk), outer_(walk.hush_) { walk.hush_ = this; }
    ~Hush() { walk_.hush_ = outer_; }
    Hush(const Hush&) = delete;
    Hush& operator=(const Hush&) = delete;
    bool has_errors() const { return has_errors_; }

   private:
    friend class Walk;
    Walk& walk_;
    Hush* outer_;
    bool has_errors_ = false;
  };
  /// Whether all that was asked is known: an error while nothing is reported.
  bool is_hushed_error() const { return hush_ != nullptr && hush_->has_errors_; }

  friend class DocumentJudge;
  friend class DocumentResolver;
  friend class ProfileWalk;
  friend struct Surroundings;

  const Parts& parts_;
  const json::Document& document_;
  json::PositionCursor positions_;
  const Options& options_;
  IssueSink& sink_;
  const TypePlan* element_plan_ = nullptr;  // of Element: what a primitive's sibling may have
  const TypeSchema* bundle_type_ = nullptr;
  std::size_t reported_ = 0;
  bool has_errors_ = false;
  bool is_cut_short_ = false;
  bool is_base_alone_ = false;  // profiles are left aside
  Hush* hush_ = nullptr;
  std::unique_ptr<ProfileWalk> profile_walk_;  // when first needed
  std::unordered_map<const json::Value*, BundleIndex> bundle_indexes_;
  // Texts seen in a resource: element ids; fragments referred to (of the container).
  TextsByResource element_ids_;
  TextsByResource fragments_;
  std::unordered_set<std::string_view> noted_;
  /// Codings whose display is none of the code system's: a bound value set may know it.
  struct WrongDisplay {
    std::string expression;
    std::string_view right;
  };
  std::unordered_map<const json::Value*, WrongDisplay> wrong_displays_;
  std::unordered_map<const json::Value*, ContainedIndex> contained_indexes_;
  std::unordered_map<const json::Value*, ParametersIndex> parameters_indexes_;
  std::unordered_map<const json::Value*, Anchors> anchors_;
  /// What the paths of extensions' contexts select, by resource and path.
  std::map<std::pair<const json::Value*, const Rule*>, std::unordered_set<const json::Value*>>
      context_places_;
  NarrativeLinks narrative_links_;  // of the narrative that is looked at
};

/// The place of an element in words: its path in the definitions, or the path walked.
std::string name_of(const Node& node);

}  // namespace fhir::validation
