// Turns the snapshots of StructureDefinitions into TypeSchemas and ExtensionSchemas.
// https://hl7.org/fhir/R4/elementdefinition.html
#pragma once

#include <map>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/definitions/schema.h"
#include "fhir/definitions/snapshot_tree.h"
#include "fhir/definitions/string_pool.h"

namespace fhir::definitions {

/// What the compiler leaves behind; everything lives in the arena it was given.
struct Schemas {
  std::unordered_map<std::string_view, const TypeSchema*> types;
  std::unordered_map<std::string_view, const ExtensionSchema*> extensions;
  std::vector<std::string_view> constraint_expressions;
  std::vector<std::string_view> bound_value_sets;
};

class SchemaCompiler {
 public:
  SchemaCompiler(const DefinitionStore& store, Arena& arena, StringPool& pool)
      : store_(store), arena_(arena), pool_(pool) {}

  /// errors   structure: a StructureDefinition that is no JSON or has no snapshot where one is
  /// needed
  Result<Schemas> compile(std::span<const ConformanceRecord> structures);

  /// What `present` holds, with these definitions of extensions over it; others are passed over.
  Result<Schemas> add_extensions(const Schemas& present,
                                 std::span<const ConformanceRecord* const> structures);

 private:
  void declare(const json::Value& structure);
  void compile_type(const json::Value& structure);
  void compile_extension(const json::Value& structure);
  void fill(TypeSchema& type, const SnapshotNode& root);
  void fill_element(ElementSchema& element, const SnapshotNode& node, TypeSchema& owner);
  void fill_slots(TypeSchema& type);
  std::span<const TypeRef> types_of(const json::Value& element, bool is_resource_id);
  std::span<const Constraint* const> constraints_of(const json::Value& element);
  Binding binding_of(const json::Value& element);
  Binding binding_to(std::string_view value_set);
  const json::Value* fixed_value(const json::Value& element, std::string_view prefix);
  void resolve_content_references();
  void drop_inherited_constraints();
  const ExtensionSchema* extension_of(const SnapshotNode& node, std::string_view url);

  const DefinitionStore& store_;
  Arena& arena_;
  StringPool& pool_;
  Schemas out_;
  std::unordered_map<std::string_view, TypeSchema*> declared_;         // by type name
  std::unordered_map<std::string_view, const json::Value*> profiles_;  // SimpleQuantity …, by url
  std::unordered_map<std::string_view, ElementSchema*> by_path_;
  std::vector<std::pair<ElementSchema*, std::string_view>> content_references_;
  std::vector<TypeSchema*> all_;
  std::unordered_map<std::string_view, std::uint32_t> expression_index_;
  std::unordered_map<std::string_view, std::uint32_t> value_set_index_;
};

/// Whether a structure is compiled with the store as a type that others are built of: a resource
/// or a data type, or a profile on a data type. Such a one changes every schema.
bool shapes_types(const json::Value& structure);

/// A copy that lives in `arena` and depends on nothing else.
json::Value deep_copy(const json::Value& value, Arena& arena);

}  // namespace fhir::definitions
