#include "src/graphql/resolution.h"

#include <algorithm>

#include "fhir/formats/json_writer.h"

namespace server::graphql {
namespace {

using fhir::Element;
using fhir::IssueType;
using fhir::Situation;

fhir::Unexpected<Issues> refuse(Situation situation, IssueType type, std::string text) {
  return fhir::unexpected(Issues{fhir::make_issue(situation, type, std::move(text))});
}

/// `Patient/1` of a resource that is stored; empty of one that has no id.
std::string address_of(const Element& resource) {
  const std::string_view id = resource.value->string_at("id");
  if (id.empty()) return {};
  std::string out(resource.value->string_at("resourceType"));
  return out.append("/").append(id);
}

/// Whether a child of that name is of that text; of a list, whether any is.
bool has_child(const Element& element, std::string_view name, std::string_view text) {
  if (element.value == nullptr) return false;
  const fhir::json::Value* child = element.value->find(name);
  if (child == nullptr) return false;
  const auto is_it = [&](const fhir::json::Value& value) {
    return !value.is_array() && !value.is_object() && !value.is_null() && value.text() == text;
  };
  if (!child->is_array()) return is_it(*child);
  return std::any_of(child->items().begin(), child->items().end(), is_it);
}

bool asks_for(const std::vector<Selection>& selections, std::string_view name) {
  return std::any_of(selections.begin(), selections.end(), [&](const Selection& selection) {
    // What a fragment asks for is not looked up: it may ask for it.
    return selection.kind != SelectionKind::field ? true : selection.name == name;
  });
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out;
  fhir::json::append_string(out, text);
  return out;
}

Values leaf(std::string json, std::string_view type) {
  Values out;
  out.is_leaf = true;
  out.type = type;
  if (!json.empty()) out.items.push_back({{}, std::move(json)});
  return out;
}

Item Resolution::item_of(const Resource& resource) const {
  Item out;
  if (resource.root.type != nullptr) out.object.shape = shape_of(*resource.root.type);
  out.object.element = resource.root;
  out.object.resource = &resource;
  return out;
}

fhir::Result<Values, Issues> Resolution::values(
    const FieldSpec& spec, const Selection& field, const Object& parent,
    const std::vector<const std::vector<Selection>*>& below) {
  std::string focus;
  if (spec.is_nested) {
    focus = address_of(parent.element);
    if (focus.empty() || parent.element.value != &parent.resource->document.root())
      return refuse(Situation::unprocessable, IssueType::processing,
                    "Nothing refers to a contained resource");
  }
  switch (spec.kind) {
    case FieldKind::type_name:
      return leaf(quoted(name_of(parent.shape)), "string");
    case FieldKind::resource_type:
      return leaf(quoted(parent.element.value->string_at("resourceType")), "code");
    case FieldKind::element:
      return elements(spec, field, parent);
    case FieldKind::sibling:
      return siblings(spec, parent);
    case FieldKind::resolve:
      return target(field, parent);
    case FieldKind::read:
      return one(spec, field);
    case FieldKind::list:
      return list(spec, field, focus);
    case FieldKind::connection:
      return connection(spec, field, focus,
                        std::any_of(below.begin(), below.end(), [](const auto* selections) {
                          return asks_for(*selections, "count");
                        }));
    case FieldKind::meta:
      return meta(spec, field, parent);
    case FieldKind::create:
    case FieldKind::update:
    case FieldKind::remove:
      return change(spec, field);
    case FieldKind::member:
      break;
  }
  if (parent.shape.kind == ShapeKind::written) return written_member(field.name, parent);
  return connection_member(field.name, parent);
}

fhir::Result<Values, Issues> Resolution::elements(const FieldSpec& spec, const Selection& field,
                                                  const Object& parent) {
  Values out;
  out.is_leaf = !spec.shape.has_value();
  out.repeats = spec.repeats;
  const fhir::TypeRef* declared = spec.property->type;
  out.type = declared->type->name;
  const fhir::json::Value* object =
      parent.element.value != nullptr ? parent.element.value : parent.element.sibling;
  const fhir::json::Value* value = object != nullptr ? object->find(field.name) : nullptr;
  if (value == nullptr) return out;
  const auto add = [&](const fhir::json::Value& item) {
    Item& made = out.items.emplace_back();
    made.object.resource = parent.resource;
    made.object.element = {&item, nullptr, spec.property->element,
                           fhir::detail::concrete_type(declared, &item)};
    if (out.is_leaf) {
      // A null stands for a value that has extensions alone, and keeps the places of the others.
      fhir::json::append(made.json, item);
    } else if (const fhir::TypeSchema* type = made.object.element.type) {
      made.object.shape = shape_of(*type);
    }
  };
  if (value->is_array()) {
    for (const fhir::json::Value& item : value->items()) add(item);
  } else {
    add(*value);
  }
  if (!out.is_leaf) FHIR_CHECK(pick(field, out, parent));
  return out;
}

/// `_birthDate`: an object; `_given`: a list whose places are those of the values.
fhir::Result<Values, Issues> Resolution::siblings(const FieldSpec& spec, const Object& parent) {
  Values out;
  out.repeats = spec.repeats;
  out.type = "Element";
  const fhir::json::Value* value =
      parent.element.value != nullptr
          ? parent.element.value->find(std::string("_") + std::string(spec.property->name))
          : nullptr;
  if (value == nullptr) return out;
  const auto add = [&](const fhir::json::Value& item) {
    Item& made = out.items.emplace_back();
    if (!item.is_object()) {
      made.json = "null";
      return;
    }
    made.object.shape = *spec.shape;
    made.object.element = {&item, nullptr, nullptr, spec.shape->type};
    made.object.resource = parent.resource;
  };
  if (value->is_array()) {
    for (const fhir::json::Value& item : value->items()) add(item);
  } else {
    add(*value);
  }
  return out;
}

/// Conditions on children, fhirpath, _offset and _count: "if a filter is applied …, the offset and
/// count apply to the filtered list".
fhir::Result<void, Issues> Resolution::pick(const Selection& field, Values& values,
                                            const Object& parent) {
  for (const Argument& argument : field.arguments) {
    const auto text = argument_text(field, argument.name, variables_);
    if (!text || is_list_argument(argument.name)) continue;
    std::erase_if(values.items, [&](const Item& item) {
      return !has_child(item.object.element, argument.name, *text);
    });
  }
  if (const auto condition = argument_text(field, "fhirpath", variables_)) {
    std::vector<Element> items;
    for (const Item& item : values.items) items.push_back(item.object.element);
    auto kept = expressions_.where(*condition, items, parent.resource->root);
    if (!kept) return fhir::unexpected(Issues{std::move(kept).error()});
    std::vector<Item> left;
    for (const std::size_t at : *kept) left.push_back(std::move(values.items[at]));
    values.items = std::move(left);
  }
  auto& items = values.items;
  const std::size_t offset = argument_number(field, "_offset", variables_, 0);
  const std::size_t count =
      argument_number(field, "_count", variables_, static_cast<std::uint32_t>(-1));
  items.erase(items.begin(),
              items.begin() + static_cast<std::ptrdiff_t>(std::min(offset, items.size())));
  items.resize(std::min(count, items.size()));
  return {};
}

ResourceResult Resolution::target_of(std::string_view reference) {
  if (const auto address = services_.source->address_of(reference)) return pool_.read(*address);
  return refuse(Situation::not_found, IssueType::not_found,
                "A reference leads to no resource of this server");
}

/// https://hl7.org/fhir/R4/graphql.html#references
fhir::Result<Values, Issues> Resolution::target(const Selection& field, const Object& parent) {
  Values out;
  out.type = "Resource";
  const bool is_optional = argument_text(field, "optional", variables_) == "true";
  const std::string_view reference = parent.element.value != nullptr
                                         ? parent.element.value->string_at("reference")
                                         : std::string_view{};
  Item found;
  if (reference.starts_with('#') && parent.resource != nullptr) {
    const Element& root = parent.resource->root;
    if (reference == "#") found = item_of(*parent.resource);
    fhir::for_each_child_named(
        root, "contained", fhir::name_hash("contained"), [&](const Element& contained) {
          if (contained.value == nullptr || contained.type == nullptr ||
              contained.value->string_at("id") != reference.substr(1))
            return true;
          found.object = {
              shape_of(*contained.type), contained, parent.resource, nullptr, {}, nullptr};
          return false;
        });
    if (found.object.element.value == nullptr && !is_optional)
      return refuse(Situation::not_found, IssueType::not_found,
                    "A reference leads to no contained resource");
  } else {
    auto resource = target_of(reference);
    if (resource) {
      found = item_of(**resource);
    } else {
      const IssueType type = resource.error().front().type;
      const bool is_missing = type == IssueType::not_found || type == IssueType::deleted ||
                              type == IssueType::forbidden;
      if (!is_optional || !is_missing) return fhir::unexpected(std::move(resource).error());
    }
  }
  const Element& element = found.object.element;
  if (element.value == nullptr || element.type == nullptr) return out;
  const auto type = argument_text(field, "type", variables_);
  if (type && element.type->name != *type) return out;
  out.type = element.type->name;
  out.items.push_back(std::move(found));
  return out;
}

fhir::Result<Values, Issues> Resolution::one(const FieldSpec& spec, const Selection& field) {
  const Address address{std::string(spec.type->name),
                        std::string(argument_text(field, "id", variables_).value_or("")), ""};
  // Through the reference, which says whether the id is one at all.
  FHIR_TRY(resource, target_of(address.type + "/" + address.id));
  Values out;
  out.type = spec.type->name;
  out.items.push_back(item_of(*resource));
  return out;
}

fhir::Result<Values, Issues> Resolution::meta(const FieldSpec& spec, const Selection& field,
                                              const Object& parent) {
  if (!introspection_) introspection_.emplace(schema_);
  Values out;
  out.is_leaf = !spec.shape.has_value();
  out.repeats = spec.repeats;
  out.type = "meta";
  std::optional<std::vector<MetaNode>> found;
  if (parent.meta != nullptr) {
    found = introspection_->members(*parent.meta, field.name);
  } else {
    found = introspection_->root(field.name, argument_text(field, "name", variables_).value_or(""));
  }
  out.is_search = spec.repeats && found.has_value();
  if (!found) return out;
  for (MetaNode& node : *found) {
    Item& item = out.items.emplace_back();
    if (out.is_leaf) {
      item.json = std::move(node.name);
      continue;
    }
    item.object.shape = *spec.shape;
    item.object.meta = std::make_shared<const MetaNode>(std::move(node));
  }
  return out;
}

}  // namespace server::graphql
