// The types and fields of the graph, as the loaded definitions make them: never built as a whole,
// each is answered when it is asked for. https://hl7.org/fhir/R4/graphql.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/definitions/definition_store.h"

namespace server::graphql {

enum class ShapeKind : std::uint8_t {
  query,       // where a query of the system begins
  mutation,    // where a mutation begins
  written,     // what came of a mutation's field
  object,      // a resource, a data type, an element with children
  any,         // some resource: what a reference leads to, what is contained
  connection,  // a page of a search
  edge,        // a match on it
  meta         // what introspection tells of the graph
};

/// The types of introspection. https://spec.graphql.org/June2018/#sec-Schema-Introspection
enum class MetaKind : std::uint8_t { schema, type, field, input_value, enum_value, directive };

/// A type of the graph with fields. Views into the definitions.
struct Shape {
  ShapeKind kind = ShapeKind::query;
  const fhir::TypeSchema* type = nullptr;    // of an object; of a connection's or written resources
  const fhir::TypeRef* reference = nullptr;  // of a Reference: the types it may lead to
  MetaKind meta = MetaKind::schema;          // of ShapeKind::meta
  bool is_nested = false;                    // a connection below a resource

  bool is_resource() const {
    return kind == ShapeKind::object && type->kind == fhir::TypeKind::resource;
  }
};

enum class FieldKind : std::uint8_t {
  type_name,      // __typename
  resource_type,  // resourceType
  element,        // an element, by its JSON name
  sibling,        // _birthDate: id and extensions of a primitive
  resolve,        // resource, of a Reference
  read,           // Patient(id: …)
  list,           // PatientList(…)
  connection,     // PatientConnection(…)
  member,         // of a connection, an edge or what was written
  create,         // PatientCreate(res: …)
  update,         // PatientUpdate(id: …, res: …)
  remove,         // PatientDelete(id: …)
  meta            // __schema, __type, and all below them
};

struct FieldSpec {
  FieldKind kind = FieldKind::element;
  const fhir::PropertySchema* property = nullptr;  // of an element or a sibling
  const fhir::TypeSchema* type = nullptr;          // read, list, connection: the resource's
  std::optional<Shape> shape;                      // of the values; nothing: leaves
  bool repeats = false;
  bool is_nested = false;  // a list or connection of what refers to the resource around it
};

class Schema {
 public:
  explicit Schema(const fhir::DefinitionStore& definitions);

  const fhir::DefinitionStore& definitions() const { return definitions_; }

  /// A concrete resource type; null when there is none of that name.
  const fhir::TypeSchema* resource(std::string_view name) const;

  /// The field of that name; nothing when the type has none. Of ShapeKind::any only what every
  /// resource has: the rest is for who knows the type.
  std::optional<FieldSpec> field(const Shape& shape, std::string_view name) const;

  /// Whether a type condition is a type of the graph; what it narrows `shape` to, or nothing when
  /// no value can be of both.
  bool knows_type(std::string_view condition) const;
  std::optional<Shape> narrowed(const Shape& shape, std::string_view condition) const;

  /// The search parameter that an argument means: `birthdate`, `clinical_status`.
  const fhir::SearchParameter* parameter(std::string_view resource_type,
                                         std::string_view argument) const;

 private:
  std::optional<FieldSpec> object_field(const Shape& shape, std::string_view name) const;
  std::optional<FieldSpec> change_field(std::string_view name) const;
  std::optional<FieldSpec> written_field(const Shape& shape, std::string_view name) const;
  std::optional<FieldSpec> search_field(std::string_view name, bool is_nested) const;

  const fhir::DefinitionStore& definitions_;
  const fhir::TypeSchema* element_;  // Element: what a sibling is
};

/// The name in the graph: Query, Patient, PatientContact, Resource, PatientConnection, PatientEdge.
std::string name_of(const Shape& shape);

/// The shape of a node of a resource.
Shape shape_of(const fhir::TypeSchema& type);

/// The name of a search parameter as an argument: `-` is not for names of GraphQL.
std::string argument_name(std::string_view code);

}  // namespace server::graphql
