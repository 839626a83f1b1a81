#include "src/graphql/schema.h"

#include <algorithm>
#include <array>

namespace server::graphql {
namespace {

using fhir::TypeKind;
using fhir::TypeSchema;

FieldSpec leaf(FieldKind kind) {
  FieldSpec out;
  out.kind = kind;
  return out;
}

bool ends_with(std::string_view& name, std::string_view ending) {
  if (!name.ends_with(ending)) return false;
  name.remove_suffix(ending.size());
  return true;
}

/// Patient.contact is PatientContact.
std::string type_name(const TypeSchema& type) {
  std::string out;
  bool is_start = false;
  for (const char c : type.name) {
    if (c == '.') {
      is_start = true;
      continue;
    }
    out += is_start && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    is_start = false;
  }
  return out;
}

std::optional<FieldSpec> connection_field(const Shape& shape, std::string_view name) {
  constexpr auto k_leaves = std::to_array<std::string_view>(
      {"count", "offset", "pagesize", "first", "previous", "next", "last"});
  if (name == "edges") {
    FieldSpec out = leaf(FieldKind::member);
    out.shape = Shape{ShapeKind::edge, shape.type};
    out.repeats = true;
    return out;
  }
  if (std::find(k_leaves.begin(), k_leaves.end(), name) == k_leaves.end()) return std::nullopt;
  return leaf(FieldKind::member);
}

constexpr std::array<std::string_view, 6> k_meta_names = {
    "__Schema", "__Type", "__Field", "__InputValue", "__EnumValue", "__Directive"};

struct MetaField {
  MetaKind of;
  std::string_view name;
  std::optional<MetaKind> to;  // nothing: a leaf
  bool repeats;
};

/// https://spec.graphql.org/June2018/#sec-Schema-Introspection
constexpr auto k_meta_fields = std::to_array<MetaField>({
    {MetaKind::schema, "types", MetaKind::type, true},
    {MetaKind::schema, "queryType", MetaKind::type, false},
    {MetaKind::schema, "mutationType", MetaKind::type, false},
    {MetaKind::schema, "subscriptionType", MetaKind::type, false},
    {MetaKind::schema, "directives", MetaKind::directive, true},
    {MetaKind::type, "kind", {}, false},
    {MetaKind::type, "name", {}, false},
    {MetaKind::type, "description", {}, false},
    {MetaKind::type, "fields", MetaKind::field, true},
    {MetaKind::type, "interfaces", MetaKind::type, true},
    {MetaKind::type, "possibleTypes", MetaKind::type, true},
    {MetaKind::type, "enumValues", MetaKind::enum_value, true},
    {MetaKind::type, "inputFields", MetaKind::input_value, true},
    {MetaKind::type, "ofType", MetaKind::type, false},
    {MetaKind::field, "name", {}, false},
    {MetaKind::field, "description", {}, false},
    {MetaKind::field, "args", MetaKind::input_value, true},
    {MetaKind::field, "type", MetaKind::type, false},
    {MetaKind::field, "isDeprecated", {}, false},
    {MetaKind::field, "deprecationReason", {}, false},
    {MetaKind::input_value, "name", {}, false},
    {MetaKind::input_value, "description", {}, false},
    {MetaKind::input_value, "type", MetaKind::type, false},
    {MetaKind::input_value, "defaultValue", {}, false},
    {MetaKind::enum_value, "name", {}, false},
    {MetaKind::enum_value, "description", {}, false},
    {MetaKind::enum_value, "isDeprecated", {}, false},
    {MetaKind::enum_value, "deprecationReason", {}, false},
    {MetaKind::directive, "name", {}, false},
    {MetaKind::directive, "description", {}, false},
    {MetaKind::directive, "locations", {}, true},
    {MetaKind::directive, "args", MetaKind::input_value, true},
});

FieldSpec meta_field(std::optional<MetaKind> to, bool repeats) {
  FieldSpec out = leaf(FieldKind::meta);
  out.repeats = repeats;
  if (to) {
    out.shape = Shape{ShapeKind::meta};
    out.shape->meta = *to;
  }
  return out;
}

std::optional<FieldSpec> meta_field_of(const Shape& shape, std::string_view name) {
  for (const MetaField& field : k_meta_fields) {
    if (field.of == shape.meta && field.name == name) return meta_field(field.to, field.repeats);
  }
  return std::nullopt;
}

std::optional<FieldSpec> edge_field(const Shape& shape, std::string_view name) {
  if (name != "mode" && name != "score" && name != "resource") return std::nullopt;
  FieldSpec out = leaf(FieldKind::member);
  if (name == "resource") out.shape = shape_of(*shape.type);
  return out;
}

}  // namespace

Shape shape_of(const TypeSchema& type) {
  return Shape{
      type.is_abstract && type.kind == TypeKind::resource ? ShapeKind::any : ShapeKind::object,
      &type};
}

std::string name_of(const Shape& shape) {
  switch (shape.kind) {
    case ShapeKind::query:
      return "Query";
    case ShapeKind::mutation:
      return "Mutation";
    case ShapeKind::written:
      return type_name(*shape.type) + "Creation";
    case ShapeKind::any:
      return "Resource";
    case ShapeKind::connection:
      return type_name(*shape.type) + "Connection";
    case ShapeKind::edge:
      return type_name(*shape.type) + "Edge";
    case ShapeKind::meta:
      return std::string(k_meta_names[static_cast<std::size_t>(shape.meta)]);
    case ShapeKind::object:
      break;
  }
  return type_name(*shape.type);
}

std::string argument_name(std::string_view code) {
  std::string out(code);
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

Schema::Schema(const fhir::DefinitionStore& definitions)
    : definitions_(definitions), element_(definitions.type("Element")) {}

const TypeSchema* Schema::resource(std::string_view name) const {
  const TypeSchema* type = definitions_.type(name);
  return type != nullptr && type->kind == TypeKind::resource && !type->is_abstract ? type : nullptr;
}

std::optional<FieldSpec> Schema::search_field(std::string_view name, bool is_nested) const {
  FieldSpec out;
  out.kind = FieldKind::list;
  out.repeats = true;
  if (!ends_with(name, "List")) {
    if (!ends_with(name, "Connection")) return std::nullopt;
    out.kind = FieldKind::connection;
    out.repeats = false;
  }
  out.type = resource(name);
  if (out.type == nullptr) return std::nullopt;
  out.is_nested = is_nested;
  out.shape =
      Shape{out.kind == FieldKind::list ? ShapeKind::object : ShapeKind::connection, out.type};
  out.shape->is_nested = is_nested;
  return out;
}

/// https://hl7.org/fhir/R4/graphql.html#mutations
std::optional<FieldSpec> Schema::change_field(std::string_view name) const {
  FieldSpec out;
  if (ends_with(name, "Create")) {
    out.kind = FieldKind::create;
  } else if (ends_with(name, "Update")) {
    out.kind = FieldKind::update;
  } else if (ends_with(name, "Delete")) {
    out.kind = FieldKind::remove;
  } else {
    return std::nullopt;
  }
  out.type = resource(name);
  if (out.type == nullptr) return std::nullopt;
  out.shape = Shape{ShapeKind::written, out.type};
  return out;
}

std::optional<FieldSpec> Schema::written_field(const Shape& shape, std::string_view name) const {
  FieldSpec out = leaf(FieldKind::member);
  if (name == "location") return out;
  const TypeSchema* type = name == "resource"      ? shape.type
                           : name == "information" ? definitions_.type("OperationOutcome")
                                                   : nullptr;
  if (type == nullptr) return std::nullopt;
  out.shape = shape_of(*type);
  return out;
}

std::optional<FieldSpec> Schema::object_field(const Shape& shape, std::string_view name) const {
  const TypeSchema& type = *shape.type;
  if (shape.is_resource()) {
    if (name == "resourceType") return leaf(FieldKind::resource_type);
    if (name.front() >= 'A' && name.front() <= 'Z') return search_field(name, true);
  }
  FieldSpec out;
  if (type.name == "Reference" && name == "resource") {
    out.kind = FieldKind::resolve;
    out.shape = Shape{ShapeKind::any, definitions_.type("Resource"), shape.reference};
    return out;
  }
  std::string_view plain = name;
  if (plain.starts_with('_')) {
    out.kind = FieldKind::sibling;
    plain.remove_prefix(1);
  }
  out.property = type.property(plain, fhir::name_hash(plain));
  if (out.property == nullptr || out.property->is_sibling || out.property->type == nullptr)
    return std::nullopt;
  const TypeSchema* of = out.property->type->type;
  if (of == nullptr) return std::nullopt;
  out.repeats = out.property->element->is_array;
  const bool is_primitive = of->kind == TypeKind::primitive;
  if (out.kind == FieldKind::sibling) {
    if (!is_primitive || element_ == nullptr) return std::nullopt;
    out.shape = shape_of(*element_);
  } else if (!is_primitive) {
    out.shape = shape_of(*of);
    if (of->name == "Reference") out.shape->reference = out.property->type;
  }
  return out;
}

std::optional<FieldSpec> Schema::field(const Shape& shape, std::string_view name) const {
  if (name == "__typename") return leaf(FieldKind::type_name);
  switch (shape.kind) {
    case ShapeKind::connection:
      return connection_field(shape, name);
    case ShapeKind::edge:
      return edge_field(shape, name);
    case ShapeKind::object:
      return object_field(shape, name);
    case ShapeKind::any:
      if (name == "resourceType") return leaf(FieldKind::resource_type);
      return shape.type != nullptr ? object_field(shape, name) : std::nullopt;
    case ShapeKind::meta:
      return meta_field_of(shape, name);
    case ShapeKind::mutation:
      return change_field(name);
    case ShapeKind::written:
      return written_field(shape, name);
    case ShapeKind::query:
      break;
  }
  if (name == "__schema") return meta_field(MetaKind::schema, false);
  if (name == "__type") return meta_field(MetaKind::type, false);
  if (const TypeSchema* type = resource(name)) {
    FieldSpec out = leaf(FieldKind::read);
    out.type = type;
    out.shape = shape_of(*type);
    return out;
  }
  return search_field(name, false);
}

bool Schema::knows_type(std::string_view condition) const {
  if (condition == "Query" || condition == "Mutation" || definitions_.type(condition) != nullptr ||
      std::find(k_meta_names.begin(), k_meta_names.end(), condition) != k_meta_names.end())
    return true;
  for (std::string_view ending : {"Connection", "Edge", "Creation"}) {
    std::string_view name = condition;
    if (ends_with(name, ending) && resource(name) != nullptr) return true;
  }
  // An element with children of its own is known where it stands only.
  const auto types = definitions_.types();
  return std::any_of(types.begin(), types.end(), [&](const TypeSchema* type) {
    return condition.starts_with(type->name) && condition.size() > type->name.size() &&
           condition[type->name.size()] >= 'A' && condition[type->name.size()] <= 'Z';
  });
}

std::optional<Shape> Schema::narrowed(const Shape& shape, std::string_view condition) const {
  if (condition == name_of(shape)) return shape;
  const TypeSchema* wanted = definitions_.type(condition);
  if (wanted == nullptr || shape.type == nullptr) return std::nullopt;
  if (shape.kind == ShapeKind::any && wanted->is_a(shape.type)) return shape_of(*wanted);
  if (shape.kind == ShapeKind::object && shape.type->is_a(wanted)) return shape;
  return std::nullopt;
}

const fhir::SearchParameter* Schema::parameter(std::string_view resource_type,
                                               std::string_view argument) const {
  if (const auto* found = definitions_.search_parameter(resource_type, argument)) return found;
  for (const fhir::SearchParameter* candidate : definitions_.search_parameters_of(resource_type)) {
    if (argument_name(candidate->code) == argument) return candidate;
  }
  return nullptr;
}

}  // namespace server::graphql
