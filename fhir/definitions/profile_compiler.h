// Turns the snapshot of a profile into a ProfileSchema.
// https://hl7.org/fhir/R4/profiling.html
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/definitions/profile_schema.h"
#include "fhir/definitions/profile_source.h"

namespace fhir::definitions {

/// record    a StructureDefinition that constrains a type; what calls itself a specialization of
///           another resource with that resource's own type does so too
/// returns   null for a structure that is no profile of a type that the store knows, or that has
///           neither a snapshot nor what one is made from
std::unique_ptr<const ProfileSchema> compile_profile(const DefinitionStore& store,
                                                     const ConformanceRecord& record);

/// One compilation; what it makes lives in the schema's arena.
class ProfileCompiler {
 public:
  ProfileCompiler(const DefinitionStore& store, ProfileSchema& out)
      : store_(store), sources_(store), out_(out) {}

  void compile(const ProfileSource& source);

 private:
  /// Where a node stands in the base definition.
  struct Base {
    const ElementSchema* element = nullptr;  // null at the root
    const TypeSchema* type = nullptr;        // the one type of what stands here; null: several
  };

  // Elements (profile_compiler.cpp, profile_element.cpp)
  void read_context(const json::Value& structure);
  std::uint32_t index_of(std::string_view expression);
  void read_narrative_control(const json::Value& element, ProfileNode& out);
  void compile_children(const SourceNode& source, const TypeSchema* owner, ProfileNode& out);
  Base base_of(const SourceNode& source, const TypeSchema* owner) const;
  /// Whether the node demands anything.
  bool compile_node(const SourceNode& source, const Base& base, ProfileNode& out);
  void read_limits(const json::Value& element, const Base& base, ProfileNode& out);
  void read_values(const json::Value& element, const Base& base, ProfileNode& out);
  void read_types(const json::Value& element, const Base& base, ProfileNode& out);
  void read_binding(const json::Value& element, const Base& base, ProfileNode& out);
  void read_constraints(const json::Value& element, const Base& base, ProfileNode& out);
  void add_regex(const json::Value& element, std::vector<Constraint>& out);
  void add_additional_bindings(const json::Value& binding, std::vector<Binding>& out);
  Binding binding_to(std::string_view value_set, BindingStrength strength);
  const TypeSchema* type_of(const SourceNode& source, const ElementSchema* element) const;
  std::span<const ProfileNode>* shared_children(std::string_view path);

  // Slices (profile_slicing.cpp)
  void compile_slicing(const SourceNode& source, const Base& base, ProfileNode& out);
  const Slicing* slicing_of(const SourceNode& source, const Base& base, std::uint32_t& size);
  std::vector<std::pair<DiscriminatorType, std::string_view>> discriminators_of(
      const SourceNode& source, const Base& base) const;
  void add_criteria(const SourceNode& slice, const SourceNode& sliced, DiscriminatorType type,
                    std::string_view path, std::uint32_t position, std::vector<Criterion>& out);
  bool add_value_criteria(const SourceNode& node, std::vector<DiscriminatorStep>& steps, int depth,
                          std::vector<Criterion>& out);
  std::optional<std::vector<DiscriminatorStep>> steps_of(std::string_view path);
  std::vector<const SourceNode*> nodes_at(const SourceNode& slice, const SourceNode& sliced,
                                          std::span<const DiscriminatorStep> steps);
  void step_into(const SourceNode& node, const DiscriminatorStep& step,
                 std::vector<const SourceNode*>& out);
  std::string extension_url(const SourceNode& slice);

  template <class Text>
  std::span<const std::string_view> keep(const std::vector<Text>& texts) {
    std::vector<std::string_view> kept;
    for (const std::string_view text : texts) kept.push_back(keep(text));
    return out_.arena.copy(kept);
  }
  std::string_view keep(std::string_view text) { return out_.arena.copy(text); }
  const json::Value* keep_value(const json::Value& element, std::string_view prefix);

  const DefinitionStore& store_;
  ProfileSources sources_;
  ProfileSchema& out_;
  std::unordered_map<std::string, std::uint32_t> expressions_;
  std::unordered_map<std::string, std::uint32_t> value_sets_;
  std::unordered_map<std::string_view, std::span<const ProfileNode>*> shared_children_;  // by path
};

}  // namespace fhir::definitions
