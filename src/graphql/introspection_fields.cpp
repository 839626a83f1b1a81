// The fields of a type and the arguments of a field, as introspection tells them.
// https://hl7.org/fhir/R4/graphql.html
#include <algorithm>
#include <set>

#include "src/graphql/introspection.h"

namespace server::graphql {
namespace {

using fhir::SearchParameter;
using fhir::SearchParameterType;
using fhir::TypeKind;

/// A parameter that may lead to nearly any type tells nothing of those that it may lead to: its
/// lists are answered below each, and described below none.
constexpr std::size_t k_described_targets_max = 20;

std::string_view scalar_of(SearchParameterType type) {
  switch (type) {
    case SearchParameterType::number:
      return "number";
    case SearchParameterType::date:
      return "date";
    case SearchParameterType::string:
      return "string";
    case SearchParameterType::token:
      return "token";
    case SearchParameterType::reference:
      return "reference";
    case SearchParameterType::quantity:
      return "quantity";
    case SearchParameterType::uri:
      return "uri";
    default:
      return "special";
  }
}

/// The type of a field's values.
TypeUse type_of(const FieldSpec& spec, std::string_view name) {
  TypeUse out;
  if (spec.repeats) out.wrappers = "L";
  if (spec.shape) {
    out.name = name_of(*spec.shape);
  } else if (spec.kind == FieldKind::element) {
    out.name = spec.property->type->type->name;
  } else if (spec.kind == FieldKind::resource_type || name == "mode") {
    out.name = "code";
  } else if (name == "score") {
    out.name = "decimal";
  } else {
    out.name = name == "count" || name == "offset" || name == "pagesize" ? "Int" : "String";
  }
  return out;
}

std::string capitalized(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

}  // namespace

std::vector<MetaNode> Introspection::fields(const Shape& shape) const {
  std::vector<MetaNode> out;
  const auto add = [&](std::string name) {
    const auto spec = schema_.field(shape, name);
    if (!spec) return;
    MetaNode& made = out.emplace_back();
    made.kind = MetaKind::field;
    made.type = type_of(*spec, name);
    made.name = std::move(name);
    made.owner = shape;
  };
  if (shape.kind == ShapeKind::mutation) {
    for (std::string_view type : schema_.definitions().resource_types()) {
      for (std::string_view verb : {"Create", "Update", "Delete"})
        add(std::string(type).append(verb));
    }
    return out;
  }
  for (std::string_view name : {"location", "resource", "information"}) {
    if (shape.kind == ShapeKind::written) add(std::string(name));
  }
  if (shape.kind == ShapeKind::written) return out;
  for (std::string_view name : {"resourceType", "resource", "count", "offset", "pagesize", "first",
                                "previous", "next", "last", "edges", "mode", "score"}) {
    const bool is_own = shape.kind != ShapeKind::query &&
                        (name != "resource" || shape.kind == ShapeKind::edge ||
                         (shape.kind == ShapeKind::object && shape.type->name == "Reference"));
    const bool is_elements = shape.kind == ShapeKind::object || shape.kind == ShapeKind::any;
    if (is_own && (!is_elements || name == "resourceType" || name == "resource"))
      add(std::string(name));
  }
  for (std::string& name : element_names(shape)) add(std::move(name));
  add_searches(shape, add);
  return out;
}

/// JSON names of the elements, and of the primitives' siblings.
std::vector<std::string> Introspection::element_names(const Shape& shape) const {
  std::vector<std::string> out;
  if (shape.kind != ShapeKind::object && shape.kind != ShapeKind::any) return out;
  for (const fhir::ElementSchema& element : shape.type->elements) {
    for (const fhir::TypeRef& type : element.types) {
      std::string name(element.name);
      if (element.is_choice) name += capitalized(type.code);
      out.push_back(name);
      if (type.type != nullptr && type.type->kind == TypeKind::primitive)
        out.push_back("_" + std::move(name));
      if (!element.is_choice) break;
    }
  }
  return out;
}

void Introspection::add_searches(const Shape& shape,
                                 const std::function<void(std::string)>& add) const {
  if (shape.kind != ShapeKind::query && !shape.is_resource()) return;
  const auto leads_here = [&](const SearchParameter* parameter) {
    const auto& targets = parameter->targets;
    return parameter->type == SearchParameterType::reference &&
           targets.size() <= k_described_targets_max &&
           std::find(targets.begin(), targets.end(), shape.type->name) != targets.end();
  };
  for (std::string_view type : schema_.definitions().resource_types()) {
    if (shape.kind == ShapeKind::query) {
      add(std::string(type));
    } else {
      const auto parameters = schema_.definitions().search_parameters_of(type);
      if (std::none_of(parameters.begin(), parameters.end(), leads_here)) continue;
    }
    add(std::string(type) + "List");
    add(std::string(type) + "Connection");
  }
}

std::vector<MetaNode> Introspection::arguments(const FieldSpec& spec) const {
  std::vector<MetaNode> out;
  const auto add = [&](std::string_view name, std::string_view wrappers, std::string_view type) {
    out.push_back(input_value(std::string(name), std::string(wrappers), std::string(type)));
  };
  if (spec.kind == FieldKind::resolve) {
    add("optional", "", "Boolean");
    add("type", "", "code");
  } else if (spec.kind == FieldKind::read) {
    add("id", "N", "ID");
  } else if (spec.kind == FieldKind::create || spec.kind == FieldKind::update ||
             spec.kind == FieldKind::remove) {
    if (spec.kind != FieldKind::create) add("id", "N", "ID");
    if (spec.kind != FieldKind::remove) add("res", "N", std::string(spec.type->name) + "_Input");
  } else if (spec.kind == FieldKind::element && spec.shape) {
    add("fhirpath", "", "String");
    add("_offset", "", "Int");
    add("_count", "", "Int");
    for (const std::string& name : element_names(*spec.shape)) {
      const auto child = schema_.field(*spec.shape, name);
      if (child && !child->shape && child->kind == FieldKind::element)
        add(name, "", child->property->type->type->name);
    }
  } else if (spec.kind == FieldKind::list || spec.kind == FieldKind::connection) {
    if (spec.is_nested) add("_reference", "N", "code");
    std::set<std::string> names;
    for (const SearchParameter* parameter :
         schema_.definitions().search_parameters_of(spec.type->name)) {
      std::string name = argument_name(parameter->code);
      if ((spec.is_nested && name == "_id") || !names.insert(name).second) continue;
      add(name, "L", scalar_of(parameter->type));
    }
    add("_sort", "L", "String");
    add("_filter", "", "String");
    add("_list", "", "String");
    add("_count", "", "Int");
    add("fhirpath", "", "String");
    if (spec.kind == FieldKind::connection && !spec.is_nested) add("cursor", "", "String");
  }
  return out;
}

}  // namespace server::graphql
