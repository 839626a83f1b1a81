// https://hl7.org/fhir/R4/http.html#trules
#include "src/rest/references.h"

#include <algorithm>
#include <array>
#include <string>

#include "fhir/model/element.h"

namespace server::rest {
namespace {

using fhir::Primitive;
using fhir::TypeSchema;
using fhir::json::Member;
using fhir::json::Value;

/// "Elements of type canonical are not replaced."
bool is_link_type(Primitive primitive) {
  return primitive == Primitive::uri || primitive == Primitive::url ||
         primitive == Primitive::oid || primitive == Primitive::uuid;
}

/// "resolve-as-version-specific: … the reference should be resolved to a version"
bool asks_for_version(const Value& reference) {
  constexpr std::string_view k_url =
      "http://hl7.org/fhir/StructureDefinition/resolve-as-version-specific";
  const Value* extensions = reference.find("extension");
  if (extensions == nullptr) return false;
  const auto all = extensions->items();
  return std::any_of(all.begin(), all.end(), [&](const Value& extension) {
    const Value* asked = extension.find("valueBoolean");
    return extension.string_at("url") == k_url && asked != nullptr &&
           asked->kind() == fhir::json::Kind::true_;
  });
}

class LinkReplacer {
 public:
  LinkReplacer(fhir::Arena& arena, const LinkTarget& target) : arena_(arena), target_(target) {}

  /// Whether `value` changed; then `out` holds what takes its place.
  bool replace(const Value& value, const TypeSchema* type, LinkKind kind, Value& out) {
    switch (value.kind()) {
      case fhir::json::Kind::string:
        return replace_text(value, type, kind, out);
      case fhir::json::Kind::array:
        return replace_items(value, type, kind, out);
      case fhir::json::Kind::object:
        return replace_members(value, type, out);
      default:
        return false;
    }
  }

 private:
  bool replace_text(const Value& value, const TypeSchema* type, LinkKind kind, Value& out) {
    if (type != nullptr && type->primitive == Primitive::xhtml)
      return replace_narrative(value, out);
    if (kind == LinkKind::uri && (type == nullptr || !is_link_type(type->primitive))) return false;
    const auto target = target_(value.string(), kind);
    if (!target) return false;
    out = Value::text_value(fhir::json::Kind::string, *target, value.offset());
    return true;
  }

  bool replace_narrative(const Value& value, Value& out) {
    constexpr std::array<std::string_view, 4> k_attributes = {"href=\"", "src=\"", "href='",
                                                              "src='"};
    std::string text(value.string());
    bool changed = false;
    for (std::string_view attribute : k_attributes) {
      std::size_t at = 0;
      while ((at = text.find(attribute, at)) != std::string::npos) {
        at += attribute.size();
        const std::size_t end = text.find(attribute.back(), at);
        if (end == std::string::npos) break;
        const auto target = target_(std::string_view(text).substr(at, end - at), LinkKind::uri);
        if (!target) continue;
        text.replace(at, end - at, *target);
        changed = true;
      }
    }
    if (changed)
      out = Value::text_value(fhir::json::Kind::string, arena_.copy(text), value.offset());
    return changed;
  }

  bool replace_items(const Value& value, const TypeSchema* type, LinkKind kind, Value& out) {
    Value* copy = nullptr;
    const auto items = value.items();
    for (std::size_t i = 0; i < items.size(); ++i) {
      Value replaced;
      if (!replace(items[i], type, kind, replaced)) continue;
      if (copy == nullptr) {
        copy = arena_.allocate_array<Value>(items.size());
        std::copy(items.begin(), items.end(), copy);
      }
      copy[i] = replaced;
    }
    if (copy != nullptr) out = Value::array({copy, items.size()}, value.offset());
    return copy != nullptr;
  }

  bool replace_members(const Value& value, const TypeSchema* type, Value& out) {
    if (type != nullptr && type->kind == fhir::TypeKind::resource && type->store != nullptr)
      type = fhir::resource_type_of(value, *type->store);
    Member* copy = nullptr;
    const auto members = value.members();
    for (std::size_t i = 0; i < members.size(); ++i) {
      const auto kind = members[i].value.kind();
      if (kind != fhir::json::Kind::string && kind != fhir::json::Kind::array &&
          kind != fhir::json::Kind::object)
        continue;
      const fhir::PropertySchema* property =
          type != nullptr ? type->property(members[i].name(), members[i].name_hash) : nullptr;
      if (property == nullptr || property->type == nullptr) continue;
      LinkKind link = LinkKind::uri;
      if (type->name == "Reference" && property->element->name == "reference")
        link = asks_for_version(value) ? LinkKind::reference_to_version : LinkKind::reference;
      // A primitive's sibling holds extensions, whatever the primitive is.
      const TypeSchema* member_type = property->type->type;
      Value replaced;
      if (!replace(members[i].value, member_type, link, replaced)) continue;
      if (copy == nullptr) {
        copy = arena_.allocate_array<Member>(members.size());
        std::copy(members.begin(), members.end(), copy);
      }
      copy[i].value = replaced;
    }
    if (copy != nullptr)
      out = Value::object({copy, members.size()}, value.offset(), value.has_siblings());
    return copy != nullptr;
  }

  fhir::Arena& arena_;
  const LinkTarget& target_;
};

}  // namespace

Value replace_links(const Value& resource, const TypeSchema* type, fhir::Arena& arena,
                    const LinkTarget& target) {
  Value out;
  return LinkReplacer(arena, target).replace(resource, type, LinkKind::uri, out) ? out : resource;
}

}  // namespace server::rest
