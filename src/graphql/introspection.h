// What the graph says of itself: __schema and __type, made as they are asked for.
// https://spec.graphql.org/June2018/#sec-Introspection
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "src/graphql/schema.h"

namespace server::graphql {

/// A type as it is referred to: its name, and before it what is put around: `N` non-null, `L` a
/// list, the outermost first.
struct TypeUse {
  std::string wrappers;
  std::string name;
};

/// A node of introspection; of a leaf `name` is its JSON.
struct MetaNode {
  MetaKind kind = MetaKind::schema;
  std::string name;            // of a field, an argument, a directive
  TypeUse type;                // the type itself, or that of the field or argument
  std::optional<Shape> owner;  // of a field: the type that has it
};

/// An argument of that type.
MetaNode input_value(std::string name, std::string wrappers, std::string type);

class Introspection {
 public:
  explicit Introspection(const Schema& schema);

  /// __schema, or __type of that name; nothing when there is no such type.
  std::optional<std::vector<MetaNode>> root(std::string_view field, std::string_view name) const;

  /// The values of a field of a node; nothing stands for null.
  std::optional<std::vector<MetaNode>> members(const MetaNode& node, std::string_view field) const;

 private:
  using Nodes = std::optional<std::vector<MetaNode>>;

  void learn(const Shape& shape);
  Nodes of_schema(std::string_view field) const;
  Nodes of_type(const TypeUse& type, std::string_view field) const;
  Nodes of_field(const MetaNode& node, std::string_view field) const;
  Nodes of_directive(const MetaNode& node, std::string_view field) const;
  Nodes of_input(const Shape& shape, const TypeUse& type, std::string_view field) const;
  /// The type behind Patient_Input; null: there is none.
  const Shape* input(std::string_view name) const;
  bool is_scalar(std::string_view name) const;

  // introspection_fields.cpp
  std::vector<MetaNode> fields(const Shape& shape) const;
  std::vector<std::string> element_names(const Shape& shape) const;
  void add_searches(const Shape& shape, const std::function<void(std::string)>& add) const;
  std::vector<MetaNode> arguments(const FieldSpec& spec) const;

  const Schema& schema_;
  std::map<std::string, Shape, std::less<>> shapes_;  // every type with fields, by its name
};

}  // namespace server::graphql
