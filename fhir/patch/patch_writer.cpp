#include "fhir/patch/patch_writer.h"

#include "fhir/model/element.h"

namespace fhir::patch {
namespace {

using json::Member;
using json::Value;

/// `valueHumanName` of HumanName, `valueDate` of date; xhtml goes as a string.
std::string member_for(const TypeSchema* type) {
  std::string_view name = type != nullptr ? type->name : "string";
  if (type != nullptr && type->primitive == Primitive::xhtml) name = "string";
  std::string member = "value";
  member += name;
  if (member[5] >= 'a' && member[5] <= 'z') member[5] = static_cast<char>(member[5] - 32);
  return member;
}

}  // namespace

PatchWriter::PatchWriter(const DefinitionStore& definitions)
    : definitions_(definitions), out_(text_) {
  if (const TypeSchema* parameters = definitions.type("Parameters")) {
    const ElementSchema* element = parameters->element("parameter");
    if (element != nullptr && !element->types.empty()) parameter_ = element->types.front().type;
  }
  out_.begin_object().string("resourceType", "Parameters");
}

void PatchWriter::begin(std::string_view type, std::string_view path) {
  if (!has_operations_) out_.key("parameter").begin_array();
  has_operations_ = true;
  out_.begin_object().string("name", "operation").key("part").begin_array();
  text_part("type", "valueCode", type);
  text_part("path", "valueString", path);
}

void PatchWriter::end() { out_.end_array().end_object(); }

void PatchWriter::text_part(std::string_view name, std::string_view member, std::string_view text) {
  out_.begin_object().string("name", name).string(member, text).end_object();
}

void PatchWriter::number_part(std::string_view name, std::size_t number) {
  out_.begin_object().string("name", name);
  out_.number("valueInteger", static_cast<long long>(number)).end_object();
}

void PatchWriter::add(std::string_view path, std::string_view name, const Node& node,
                      const TypeSchema* type) {
  begin("add", path);
  text_part("name", "valueString", name);
  value_part("value", node, type);
  end();
}

void PatchWriter::insert(std::string_view path, std::size_t index, const Node& node,
                         const TypeSchema* type) {
  begin("insert", path);
  number_part("index", index);
  value_part("value", node, type);
  end();
}

void PatchWriter::remove(std::string_view path) {
  begin("delete", path);
  end();
}

void PatchWriter::replace(std::string_view path, const Node& node, const TypeSchema* type) {
  begin("replace", path);
  value_part("value", node, type);
  end();
}

void PatchWriter::move(std::string_view path, std::size_t source, std::size_t destination) {
  begin("move", path);
  number_part("source", source);
  number_part("destination", destination);
  end();
}

std::string PatchWriter::finish() {
  if (has_operations_) out_.end_array();
  out_.end_object();
  return std::move(text_);
}

void PatchWriter::value_part(std::string_view name, const Node& node, const TypeSchema* type) {
  out_.begin_object().string("name", name);
  const std::string member = member_for(type);
  const bool fits =
      parameter_ != nullptr && parameter_->property(member, name_hash(member)) != nullptr;
  if (type != nullptr && type->kind == TypeKind::resource) {
    out_.key("resource").value(node.value);
  } else if (fits) {
    if (!node.value.is_null()) out_.key(member).value(node.value);
    if (!node.sibling.is_null()) out_.key("_" + member).value(node.sibling);
  } else if (type != nullptr) {
    out_.key("part").begin_array();
    parts(node.value, *type);
    out_.end_array();
  }
  out_.end_object();
}

void PatchWriter::parts(const Value& object, const TypeSchema& type) {
  for (const Member& member : object.members()) {
    std::string_view name = member.name();
    if (member.is_sibling()) {
      name.remove_prefix(1);
      if (object.find(name) != nullptr) continue;  // goes with its primitive
    }
    const PropertySchema* property = type.property(name, name_hash(name));
    if (property == nullptr || property->type == nullptr) continue;
    for (const Node& node : read_property(object, name).nodes) {
      const TypeSchema* of_item = property->type->type;
      if (of_item != nullptr && of_item->kind == TypeKind::resource)
        of_item = resource_type_of(node.value, definitions_);
      value_part(property->element->name, node, of_item);
    }
  }
}

}  // namespace fhir::patch
