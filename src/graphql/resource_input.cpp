#include "src/graphql/resource_input.h"

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_writer.h"

namespace server::graphql {
namespace {

using fhir::TypeSchema;
using fhir::json::Builder;

class Writer {
 public:
  Writer(std::string& text, const Variables& variables) : out_(text), variables_(variables) {}

  void object(const Value& value, const TypeSchema* type) {
    out_.begin_object();
    const bool is_resource = type != nullptr && type->kind == fhir::TypeKind::resource;
    if (is_resource) {
      type = concrete(value, *type);
      out_.string("resourceType", type->name);
    }
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      const Value* item = resolved(value.items[i], variables_);
      const std::string& name = value.names[i];
      if (item == nullptr || item->kind == ValueKind::null) continue;
      if (is_resource && name == "resourceType") continue;
      out_.key(name);
      member(*item, type, name);
    }
    out_.end_object();
  }

 private:
  /// What is contained says its type itself.
  const TypeSchema* concrete(const Value& value, const TypeSchema& type) const {
    if (!type.is_abstract || type.store == nullptr) return &type;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      const Value* item = resolved(value.items[i], variables_);
      if (value.names[i] != "resourceType" || item == nullptr) continue;
      const TypeSchema* named = type.store->type(item->text);
      if (named != nullptr) return named;
    }
    return &type;
  }

  void member(const Value& value, const TypeSchema* type, std::string_view name) {
    const bool is_sibling = name.starts_with('_');
    const std::string_view plain = is_sibling ? name.substr(1) : name;
    const fhir::PropertySchema* property =
        type != nullptr ? type->property(plain, fhir::name_hash(plain)) : nullptr;
    const TypeSchema* of = property != nullptr && property->type != nullptr && !is_sibling
                               ? property->type->type
                               : nullptr;
    const bool repeats = property != nullptr && property->element->is_array;
    if (repeats && value.kind != ValueKind::list) {
      out_.begin_array();
      any(value, of);
      out_.end_array();
    } else {
      any(value, of);
    }
  }

  void any(const Value& given, const TypeSchema* type) {
    const Value* value = resolved(given, variables_);
    if (value == nullptr) {
      out_.raw("null");
      return;
    }
    switch (value->kind) {
      case ValueKind::null:
      case ValueKind::variable:
        out_.raw("null");
        return;
      case ValueKind::boolean:
      case ValueKind::integer:
      case ValueKind::real:
        out_.raw(value->text);
        return;
      case ValueKind::string:
      case ValueKind::enumeration:
        out_.string(value->text);
        return;
      case ValueKind::list:
        out_.begin_array();
        for (const Value& item : value->items) any(item, type);
        out_.end_array();
        return;
      case ValueKind::object:
        object(*value, type);
        return;
    }
  }

  Builder out_;
  const Variables& variables_;
};

}  // namespace

std::string resource_json(const Value& value, const TypeSchema& type, const Variables& variables) {
  std::string text;
  Writer(text, variables).object(value, &type);
  return text;
}

}  // namespace server::graphql
