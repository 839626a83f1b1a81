// "The XML schema requires that elements appear in the order of their definition"; `id` and an
// extension's `url` are attributes. https://hl7.org/fhir/R4/xml.html
#include "fhir/model/xml_writer.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "fhir/formats/json_items.h"
#include "fhir/model/xml_narrative.h"
#include "fhir/model/xml_text.h"

namespace fhir {
namespace {

/// A member and its sibling, together one element or several of a name.
struct Property {
  std::string_view name;
  const json::Value* value = nullptr;
  const json::Value* sibling = nullptr;
  const TypeSchema* type = nullptr;  // null when unknown
  std::uint32_t order = k_no_index;
};

class Writer {
 public:
  Writer(std::string& out, const DefinitionStore& definitions, bool pretty)
      : out_(out),
        resource_fallback_(definitions.type("DomainResource")),
        object_fallback_(definitions.type("BackboneElement")),
        definitions_(definitions),
        pretty_(pretty) {}

  void resource(const json::Value& object, bool is_root) {
    const std::string_view name = object.string_at("resourceType");
    if (!xml::is_plain_name(name)) return;
    const TypeSchema* type = definitions_.type(name);
    if (type == nullptr || type->kind != TypeKind::resource) type = resource_fallback_;
    begin(name);
    if (is_root) attribute("xmlns", xml::k_fhir_namespace);
    content(name, &object, type);
  }

 private:
  /// The tag up to its attributes.
  void begin(std::string_view name) {
    line();
    out_ += '<';
    out_ += name;
  }

  void attribute(std::string_view name, std::string_view value) {
    out_.append(" ").append(name).append("=\"");
    xml::append_escaped(out_, value);
    out_ += '"';
  }

  void line() {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(2 * depth_, ' ');
  }

  /// Calls `write` for the content of an element whose tag is open, and ends it.
  template <class Write>
  void enclose(std::string_view name, Write&& write) {
    const std::size_t before = out_.size();
    out_ += '>';
    ++depth_;
    write();
    --depth_;
    if (out_.size() == before + 1) {
      out_.back() = '/';
      out_ += '>';
      return;
    }
    line();
    out_.append("</").append(name).append(">");
  }

  void content(std::string_view name, const json::Value* object, const TypeSchema* type) {
    enclose(name, [&] {
      if (object != nullptr) children(*object, type);
    });
  }

  static bool is_resource(const TypeSchema* type) {
    return type != nullptr && type->kind == TypeKind::resource;
  }

  bool has_url_attribute(const TypeSchema* type) const {
    return type == object_fallback_ || (type != nullptr && type->name == "Extension");
  }

  /// Whether a member stands in the tag of its element.
  bool is_attribute(const json::Member& member, const TypeSchema* type) const {
    if (is_resource(type) || !member.value.is_string()) return false;
    return member.name() == "id" || (member.name() == "url" && has_url_attribute(type));
  }

  void children(const json::Value& object, const TypeSchema* type) {
    std::vector<Property> properties;
    std::unordered_map<std::string_view, std::size_t> places;  // only where there are siblings
    for (const json::Member& member : object.members()) {
      if (is_attribute(member, type)) continue;
      if (member.name() == "resourceType" && (is_resource(type) || type == object_fallback_))
        continue;
      std::string_view name = member.name();
      if (member.is_sibling()) name.remove_prefix(1);
      if (!xml::is_plain_name(name) || name.starts_with('_')) continue;
      std::size_t place = properties.size();
      if (object.has_siblings()) place = places.try_emplace(name, place).first->second;
      if (place == properties.size()) properties.push_back(property(name, type));
      (member.is_sibling() ? properties[place].sibling : properties[place].value) = &member.value;
    }
    std::stable_sort(properties.begin(), properties.end(),
                     [](const Property& a, const Property& b) { return a.order < b.order; });
    for (const Property& each : properties) items(each);
  }

  static Property property(std::string_view name, const TypeSchema* type) {
    Property out{name};
    const PropertySchema* schema =
        type != nullptr ? type->property(name, name_hash(name)) : nullptr;
    if (schema == nullptr) return out;
    out.order = schema->element->index;
    if (schema->type != nullptr) out.type = schema->type->type;
    return out;
  }

  void items(const Property& property) {
    const json::Value* value = property.value;
    const json::Value* sibling = property.sibling;
    const bool repeats = value != nullptr ? value->is_array() : sibling->is_array();
    if (!repeats) return item(property, value, sibling);
    const auto values = json::items_of(value);
    const auto siblings = json::items_of(sibling);
    for (std::size_t i = 0; i < std::max(values.size(), siblings.size()); ++i) {
      item(property, i < values.size() ? &values[i] : nullptr,
           i < siblings.size() ? &siblings[i] : nullptr);
    }
  }

  void item(const Property& property, const json::Value* value, const json::Value* sibling) {
    if (value != nullptr && (value->is_null() || value->is_array())) value = nullptr;
    if (sibling != nullptr && !sibling->is_object()) sibling = nullptr;
    if (value == nullptr && sibling == nullptr) return;
    const TypeSchema* type = property.type;
    if (value != nullptr && value->is_object()) {
      if (is_resource(type) || (type == nullptr && value->find("resourceType") != nullptr))
        return wrapped_resource(property.name, *value);
      return element(property.name, nullptr, value, type != nullptr ? type : object_fallback_);
    }
    if (type != nullptr && type->primitive == Primitive::xhtml && value != nullptr) {
      line();
      return xml::append_narrative(out_, value->text());
    }
    element(property.name, value, sibling,
            type != nullptr && !is_resource(type) ? type : object_fallback_);
  }

  void wrapped_resource(std::string_view name, const json::Value& object) {
    begin(name);
    enclose(name, [&] { resource(object, false); });
  }

  /// A complex element, or a primitive: its value, and the object with its id and extensions.
  void element(std::string_view name, const json::Value* value, const json::Value* object,
               const TypeSchema* type) {
    begin(name);
    if (object != nullptr) {
      for (const json::Member& member : object->members()) {
        if (is_attribute(member, type)) attribute(member.name(), member.value.string());
      }
    }
    if (value != nullptr) attribute("value", value->text());
    content(name, object, type);
  }

  std::string& out_;
  const TypeSchema* resource_fallback_;
  const TypeSchema* object_fallback_;
  const DefinitionStore& definitions_;
  bool pretty_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string write_xml(const json::Value& resource, const DefinitionStore& definitions,
                      bool pretty) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
  const std::size_t before = out.size();
  Writer(out, definitions, pretty).resource(resource, true);
  if (out.size() == before) return {};
  if (pretty) out += '\n';
  return out;
}

}  // namespace fhir
