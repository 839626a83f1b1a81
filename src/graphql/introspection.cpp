#include "src/graphql/introspection.h"

#include <algorithm>
#include <array>
#include <set>

#include "fhir/formats/json_writer.h"
#include "src/graphql/directives.h"

namespace server::graphql {
namespace {

using fhir::TypeKind;
using fhir::TypeSchema;

constexpr auto k_scalars =
    std::to_array<std::string_view>({"Boolean", "Int", "Float", "String", "ID", "token",
                                     "reference", "number", "quantity", "special"});

MetaNode leaf(std::string json) {
  MetaNode out;
  out.name = std::move(json);
  return out;
}

std::vector<MetaNode> text(std::string_view value) {
  std::string json;
  fhir::json::append_string(json, value);
  return {leaf(std::move(json))};
}

MetaNode type_node(TypeUse type) {
  MetaNode out;
  out.kind = MetaKind::type;
  out.type = std::move(type);
  return out;
}

}  // namespace

MetaNode input_value(std::string name, std::string wrappers, std::string type) {
  MetaNode out;
  out.kind = MetaKind::input_value;
  out.name = std::move(name);
  out.type = {std::move(wrappers), std::move(type)};
  return out;
}

Introspection::Introspection(const Schema& schema) : schema_(schema) {
  shapes_.emplace("Query", Shape{});
  shapes_.emplace("Mutation", Shape{ShapeKind::mutation});
  for (const TypeSchema* type : schema_.definitions().types()) {
    if (type->kind == TypeKind::primitive ||
        (type->is_abstract && type->name != "Resource" && type->kind == TypeKind::resource))
      continue;
    learn(shape_of(*type));
    if (schema_.resource(type->name) == nullptr) continue;
    for (const ShapeKind kind : {ShapeKind::connection, ShapeKind::edge, ShapeKind::written}) {
      const Shape shape{kind, type};
      shapes_.emplace(name_of(shape), shape);
    }
  }
}

/// A type, and the elements with children inside it.
void Introspection::learn(const Shape& shape) {
  if (!shapes_.emplace(name_of(shape), shape).second) return;
  for (const fhir::ElementSchema& element : shape.type->elements) {
    for (const fhir::TypeRef& type : element.types) {
      if (type.type != nullptr && type.type->kind == TypeKind::backbone)
        learn(shape_of(*type.type));
    }
  }
}

bool Introspection::is_scalar(std::string_view name) const {
  if (std::find(k_scalars.begin(), k_scalars.end(), name) != k_scalars.end()) return true;
  const TypeSchema* type = schema_.definitions().type(name);
  return type != nullptr && type->kind == TypeKind::primitive;
}

Introspection::Nodes Introspection::root(std::string_view field, std::string_view name) const {
  if (field == "__schema") return std::vector<MetaNode>(1);
  if (!shapes_.contains(name) && !is_scalar(name) && input(name) == nullptr) return std::nullopt;
  return std::vector<MetaNode>{type_node({"", std::string(name)})};
}

Introspection::Nodes Introspection::members(const MetaNode& node, std::string_view field) const {
  switch (node.kind) {
    case MetaKind::schema:
      return of_schema(field);
    case MetaKind::type:
      return of_type(node.type, field);
    case MetaKind::directive:
      return of_directive(node, field);
    default:
      return of_field(node, field);
  }
}

Introspection::Nodes Introspection::of_schema(std::string_view field) const {
  std::vector<MetaNode> out;
  if (field == "mutationType") {
    out.push_back(type_node({"", "Mutation"}));
  } else if (field == "queryType") {
    out.push_back(type_node({"", "Query"}));
  } else if (field == "types") {
    std::set<std::string_view> scalars(k_scalars.begin(), k_scalars.end());
    for (const TypeSchema* type : schema_.definitions().types()) {
      if (type->kind == TypeKind::primitive) scalars.insert(type->name);
    }
    for (std::string_view name : scalars) out.push_back(type_node({"", std::string(name)}));
    for (const auto& [name, shape] : shapes_) {
      out.push_back(type_node({"", name}));
      if (shape.kind == ShapeKind::object) out.push_back(type_node({"", name + "_Input"}));
    }
  } else if (field == "directives") {
    for (const KnownDirective& known : known_directives()) {
      MetaNode& made = out.emplace_back();
      made.kind = MetaKind::directive;
      made.name = known.name;
    }
  } else {
    return std::nullopt;  // no subscriptions
  }
  return out;
}

Introspection::Nodes Introspection::of_type(const TypeUse& type, std::string_view field) const {
  if (!type.wrappers.empty()) {
    if (field == "kind") return text(type.wrappers.front() == 'L' ? "LIST" : "NON_NULL");
    if (field != "ofType") return std::nullopt;
    return std::vector<MetaNode>{type_node({type.wrappers.substr(1), type.name})};
  }
  if (field == "name") return text(type.name);
  const auto found = shapes_.find(type.name);
  if (const Shape* described = found == shapes_.end() ? input(type.name) : nullptr)
    return of_input(*described, type, field);
  if (found == shapes_.end()) return field == "kind" ? Nodes(text("SCALAR")) : std::nullopt;
  const Shape& shape = found->second;
  const bool is_interface = shape.kind == ShapeKind::any;
  if (field == "kind") return text(is_interface ? "INTERFACE" : "OBJECT");
  if (field == "fields") return fields(shape);
  std::vector<MetaNode> out;
  if (field == "interfaces") {
    if (shape.is_resource()) out.push_back(type_node({"", "Resource"}));
    return out;
  }
  if (field != "possibleTypes" || !is_interface) return std::nullopt;
  for (std::string_view name : schema_.definitions().resource_types())
    out.push_back(type_node({"", std::string(name)}));
  return out;
}

const Shape* Introspection::input(std::string_view name) const {
  constexpr std::string_view k_ending = "_Input";
  if (!name.ends_with(k_ending)) return nullptr;
  const auto found = shapes_.find(name.substr(0, name.size() - k_ending.size()));
  return found != shapes_.end() && found->second.kind == ShapeKind::object ? &found->second
                                                                           : nullptr;
}

Introspection::Nodes Introspection::of_input(const Shape& shape, const TypeUse& type,
                                             std::string_view field) const {
  if (field == "kind") return text("INPUT_OBJECT");
  if (field == "name") return text(type.name);
  if (field != "inputFields") return std::nullopt;
  std::vector<MetaNode> out;
  if (shape.is_resource()) out.push_back(input_value("resourceType", "", "code"));
  for (std::string& name : element_names(shape)) {
    const auto spec = schema_.field(shape, name);
    // What is contained may be of any type, which no type for input can say.
    if (!spec || (spec->shape && spec->shape->kind != ShapeKind::object)) continue;
    std::string of = spec->shape ? name_of(*spec->shape) + "_Input"
                                 : std::string(spec->property->type->type->name);
    out.push_back(input_value(std::move(name), spec->repeats ? "L" : "", std::move(of)));
  }
  return out;
}

/// Of a field or an argument.
Introspection::Nodes Introspection::of_field(const MetaNode& node, std::string_view field) const {
  if (field == "name") return text(node.name);
  if (field == "type") return std::vector<MetaNode>{type_node(node.type)};
  if (field == "isDeprecated") return std::vector<MetaNode>{leaf("false")};
  if (field != "args" || !node.owner) return std::nullopt;
  const auto spec = schema_.field(*node.owner, node.name);
  return spec ? arguments(*spec) : std::vector<MetaNode>{};
}

Introspection::Nodes Introspection::of_directive(const MetaNode& node,
                                                 std::string_view field) const {
  const auto all = known_directives();
  const auto known = std::find_if(all.begin(), all.end(), [&](const KnownDirective& candidate) {
    return candidate.name == node.name;
  });
  if (field == "name") return text(node.name);
  std::vector<MetaNode> out;
  if (field == "args") {
    if (!known->argument.empty())
      out.push_back(input_value(std::string(known->argument), "N",
                                known->argument == "if" ? "Boolean" : "String"));
    return out;
  }
  if (field != "locations") return std::nullopt;
  out = text("FIELD");
  if (known->is_for_fields) return out;
  out.push_back(text("FRAGMENT_SPREAD").front());
  out.push_back(text("INLINE_FRAGMENT").front());
  return out;
}

}  // namespace server::graphql
