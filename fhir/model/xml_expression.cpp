#include "fhir/model/xml_expression.h"

#include <string_view>
#include <vector>

#include "fhir/base/limits.h"
#include "fhir/base/name_hash.h"

namespace fhir::xml {
namespace {

std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  return name.substr(name.find(':') + 1);  // npos + 1 is 0
}

std::size_t position_among_equals(pugi::xml_node node) {
  const std::string_view name = local_name(node);
  std::size_t position = 0;
  while ((node = node.previous_sibling())) {
    if (local_name(node) == name) ++position;
  }
  return position;
}

/// The elements around the node and itself, the root first; none when there are too many.
std::vector<pugi::xml_node> way_to(pugi::xml_node node) {
  std::vector<pugi::xml_node> way;
  for (; node && node.type() != pugi::node_document; node = node.parent()) {
    if (node.type() == pugi::node_element) way.insert(way.begin(), node);
    if (way.size() > 2 * k_json_depth_max) return {};
  }
  return way;
}

void append_step(std::string& out, const PropertySchema& property, const pugi::xml_node& node) {
  out.append(".").append(property.element->name);
  if (property.element->is_array)
    out.append("[").append(std::to_string(position_among_equals(node))).append("]");
  if (property.element->is_choice && property.type != nullptr)
    out.append(".ofType(").append(property.type->code).append(")");
}

}  // namespace

std::string expression_of(const pugi::xml_node& node, const DefinitionStore& definitions) {
  const std::vector<pugi::xml_node> way = way_to(node);
  const TypeSchema* type = way.empty() ? nullptr : definitions.type(local_name(way.front()));
  if (type == nullptr || type->kind != TypeKind::resource) return {};
  std::string out{type->name};
  for (std::size_t i = 1; i < way.size() && type != nullptr; ++i) {
    const std::string_view name = local_name(way[i]);
    const PropertySchema* property = type->property(name, name_hash(name));
    if (property == nullptr) break;
    append_step(out, *property, way[i]);
    type = property->type != nullptr ? property->type->type : nullptr;
    // A resource stands in the element of its role: contained, resource.
    if (type != nullptr && type->kind == TypeKind::resource && i + 1 < way.size())
      type = definitions.type(local_name(way[++i]));
  }
  return out;
}

}  // namespace fhir::xml
