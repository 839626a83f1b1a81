// The structure of one object: members, arrays, cardinality. https://hl7.org/fhir/R4/json.html
#include "fhir/validation/walk.h"

#include <algorithm>
#include <string>

#include "fhir/validation/primitives.h"
#include "fhir/validation/profile_walk.h"

namespace fhir::validation {
namespace {

/// `_valueString` beside `valueString`.
const json::Value* sibling_of(const json::Value& object, const json::Member& member,
                              const ElementSchema& element) {
  if (!object.has_siblings()) return nullptr;
  if (!element.is_choice) return object.find(element.sibling_name, element.sibling_hash);
  for (const json::Member& other : object.members()) {
    if (other.is_sibling() && other.name().substr(1) == member.name()) return &other.value;
  }
  return nullptr;
}

bool has_more_than_id(const json::Value& object) {
  for (const json::Member& member : object.members()) {
    if (member.name() != "id" && member.name() != "_id") return true;
  }
  return false;
}

}  // namespace

std::string name_of(const Node& node) {
  if (node.element.definition != nullptr) return std::string(node.element.definition->path);
  return std::string(node.path->name);
}

Walk::Walk(const Parts& parts, const json::Document& document, const Options& options,
           IssueSink& sink)
    : parts_(parts),
      document_(document),
      positions_(document.source()),
      options_(options),
      sink_(sink),
      element_plan_(parts.plans.of(parts.definitions.type("Element"))),
      bundle_type_(parts.definitions.type("Bundle")) {}

Walk::~Walk() = default;

void Walk::report(Severity severity, IssueType type, const Path& path, std::uint32_t offset,
                  std::initializer_list<std::string_view> text, std::string_view rule) {
  const bool is_error = severity == Severity::error || severity == Severity::fatal;
  if (hush_ != nullptr) {
    hush_->has_errors_ = hush_->has_errors_ || is_error;
    return;
  }
  if (!is_told(severity)) return;
  if (reported_ >= options_.issues_max && (!is_error || has_errors_)) {
    is_cut_short_ = true;  // the first error comes through, so that the verdict stands
    return;
  }
  ++reported_;
  has_errors_ = has_errors_ || is_error;
  Issue issue;
  issue.severity = severity;
  issue.type = type;
  for (const std::string_view part : text) issue.diagnostics.append(part);
  issue.expression = to_string(path);
  if (!document_.source().empty()) {
    const json::Position position = positions_.at(offset);
    issue.line = position.line;
    issue.column = position.column;
  }
  issue.rule = rule;
  sink_.add(std::move(issue));
}

void Walk::check_complex(const Node& node, const TypePlan& plan) {
  const json::Value& object = *node.element.value;
  if (!object.is_object()) {
    report(node, IssueType::structure, {name_of(node), " must be a JSON object"});
    return;
  }
  if (object.members().empty()) {
    report(node, IssueType::structure, {name_of(node), " is an empty object; leave it out instead"},
           "ele-1");
    return;
  }
  if (plan.needs_content && !has_more_than_id(object))
    report(node, IssueType::invariant, {name_of(node), " must have a value or children"}, "ele-1");
  check_members(node, object, plan);
  switch (plan.special) {
    case Special::coding:
      check_coding(node);
      break;
    case Special::quantity:
      check_unit(node);
      if (plan.type->binding.is_judged()) check_binding(node, plan.type->binding);
      break;
    case Special::identifier:
    case Special::included_codes:
      check_system(node);
      break;
    case Special::attachment:
      check_attachment(node);
      break;
    default:
      break;
  }
  if (!plan.constraints.empty()) check_invariants(node, plan.constraints);
}

void Walk::check_members(const Node& node, const json::Value& object, const TypePlan& plan) {
  ElementSet present;
  for (const json::Member& member : object.members()) {
    std::string_view name = member.name();
    std::uint32_t hash = member.name_hash;
    const json::Value* value = &member.value;
    const json::Value* sibling = nullptr;
    if (member.is_sibling()) {
      name.remove_prefix(1);
      hash = name_hash(name);
      sibling = value;
      value = nullptr;
    }
    const PropertySchema* property = plan.type->property(name, hash);
    if (property == nullptr || property->element->index >= plan.elements.size()) {
      if (name == "resourceType" && plan.type->kind == TypeKind::resource && value != nullptr)
        continue;
      report_unknown_member(node, member);
      continue;
    }
    if (value == nullptr && object.find(name, hash) != nullptr)
      continue;  // comes with its primitive
    if (value != nullptr) sibling = sibling_of(object, member, *property->element);
    check_member(node, plan.elements[property->element->index], *property, value, sibling, present);
    if (name == "id" && plan.type->kind != TypeKind::resource) check_element_id(node, object);
  }
  if (!present.contains_all(plan.required)) check_required(node, plan, present);
}

void Walk::report_unknown_member(const Node& node, const json::Member& member) {
  // The name is shown only where it cannot be anything but a name.
  const std::string_view name = member.name();
  const bool is_name = is_id(name[0] == '_' ? name.substr(1) : name);
  report(Severity::error, IssueType::structure, *node.path, member.value.offset(),
         {name_of(node), " has no element ", is_name ? name : std::string_view{"of this name"}});
}

void Walk::check_required(const Node& node, const TypePlan& plan, const ElementSet& present) {
  for (const ElementPlan& child : plan.elements) {
    if (!plan.required.contains(child.element->index) || present.contains(child.element->index))
      continue;
    report(node, IssueType::required,
           {child.element->path, ": at least ", std::to_string(child.element->min),
            " required, none found"});
  }
}

void Walk::check_member(const Node& node, const ElementPlan& child, const PropertySchema& property,
                        const json::Value* value, const json::Value* sibling, ElementSet& present) {
  const ElementSchema& element = *child.element;
  const std::uint32_t offset = value != nullptr ? value->offset() : sibling->offset();
  Path path{node.path, element.name, -1};
  if (element.is_choice && property.type != nullptr) path.chosen_type = property.type->code;
  if (!present.insert(element.index) && element.is_choice)
    report(Severity::error, IssueType::structure, *node.path, offset,
           {element.path, ": only one type of value is allowed"});
  if (element.max == 0)
    report(Severity::error, IssueType::structure, *node.path, offset,
           {element.path, " is not allowed here"});
  if (sibling != nullptr && property.type != nullptr && property.type->type != nullptr &&
      property.type->type->kind != TypeKind::primitive) {
    report(Severity::error, IssueType::structure, path, sibling->offset(),
           {element.path, " is no primitive, so a member with _ before its name is not allowed"});
    sibling = nullptr;
    if (value == nullptr) return;
  }
  if (element.is_array) {
    check_array(node, child, property, value, sibling, path);
    return;
  }
  if (value != nullptr && value->items().size() > 1) {
    report(
        Severity::error, IssueType::structure, *node.path, offset,
        {element.path, ": at most 1 allowed, ", std::to_string(value->items().size()), " found"});
    return;
  }
  if ((value != nullptr && value->is_array()) || (sibling != nullptr && sibling->is_array())) {
    report(Severity::error, IssueType::structure, path, offset,
           {element.path, " does not repeat, so it must not be a JSON array"});
    return;
  }
  if (value != nullptr && value->is_null()) {
    report(Severity::error, IssueType::structure, path, offset,
           {element.path, " must not be null"});
    return;
  }
  check_item(node, child, property, value, sibling, path);
}

void Walk::check_array(const Node& node, const ElementPlan& child, const PropertySchema& property,
                       const json::Value* value, const json::Value* sibling, const Path& path) {
  const ElementSchema& element = *child.element;
  const std::uint32_t offset = value != nullptr ? value->offset() : sibling->offset();
  if ((value != nullptr && !value->is_array()) || (sibling != nullptr && !sibling->is_array())) {
    report(Severity::error, IssueType::structure, path, offset,
           {element.path, " repeats, so it must be a JSON array"});
    return;
  }
  const auto values = value != nullptr ? value->items() : std::span<const json::Value>{};
  const auto siblings = sibling != nullptr ? sibling->items() : std::span<const json::Value>{};
  if ((value != nullptr && values.empty()) || (sibling != nullptr && siblings.empty()))
    report(Severity::error, IssueType::structure, path, offset,
           {element.path, " is an empty array; leave it out instead"});
  const bool both = value != nullptr && sibling != nullptr;
  if (both && values.size() != siblings.size())
    report(Severity::error, IssueType::structure, path, sibling->offset(),
           {element.path,
            ": the array of values and the one with _ before its name differ in length"});
  const std::size_t count = std::max(values.size(), siblings.size());
  Path item_path = path;
  for (std::size_t i = 0; i < count; ++i) {
    const json::Value* item = i < values.size() ? &values[i] : nullptr;
    const json::Value* extra =
        i < siblings.size() && !siblings[i].is_null() ? &siblings[i] : nullptr;
    if (item != nullptr && item->is_null() && extra != nullptr) item = nullptr;
    if ((item == nullptr || item->is_null()) && extra == nullptr) {
      report(Severity::error, IssueType::structure, path, offset,
             {element.path, ": an item of the array has neither a value nor extensions"});
      continue;
    }
    item_path.index = static_cast<std::int64_t>(i);
    check_item(node, child, property, item, extra, item_path);
  }
  if (element.max != k_unbounded && count > element.max)
    report(Severity::error, IssueType::structure, *node.path, offset,
           {element.path, ": at most ", std::to_string(element.max), " allowed, ",
            std::to_string(count), " found"});
  if (count != 0 && count < element.min)
    report(Severity::error, IssueType::required, *node.path, offset,
           {element.path, ": at least ", std::to_string(element.min), " required, ",
            std::to_string(count), " found"});
}

void Walk::check_item(const Node& parent, const ElementPlan& child, const PropertySchema& property,
                      const json::Value* value, const json::Value* sibling, const Path& path) {
  const ElementSchema& element = *child.element;
  if (property.type == nullptr) return;
  const auto type_at = static_cast<std::size_t>(property.type - element.types.data());
  const TypePlan* plan =
      type_at < child.types.size() ? child.types[type_at] : parts_.plans.of(property.type->type);
  if (plan == nullptr) return;  // a type that no loaded package defines
  const Node node{{value, sibling, &element, plan->type}, &path, parent.scope, &parent};
  if (plan->type->kind == TypeKind::primitive) {
    check_primitive(node, *plan);
  } else if (plan->type->kind == TypeKind::resource) {
    check_resource(
        *value, plan->type, path, parent.scope,
        child.is_contained ? Place::contained : Place::entry,
        parent.element.value != nullptr ? parent.element.value->string_at("fullUrl") : "");
    return;
  } else if (value == nullptr || value->is_null()) {
    report(node, IssueType::structure, {element.path, " must not be null"});
    return;
  } else {
    check_complex(node, *plan);
    if (plan->special == Special::extension)
      check_extension(parent, node, child.is_modifier_extension);
    if (plan->special == Special::reference) check_reference(node, property.type);
  }
  judge(node, child);
}

void Walk::judge(const Node& node, const ElementPlan& child) {
  const ElementSchema& element = *child.element;
  if (element.binding.is_judged()) check_binding(node, element.binding);
  if (!child.constraints.empty()) check_invariants(node, child.constraints);
  if (element.max_length != 0 || element.fixed != nullptr || element.pattern != nullptr ||
      element.min_value != nullptr || element.max_value != nullptr)
    check_limits(node, element);
}

}  // namespace fhir::validation
