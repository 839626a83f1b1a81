// A primitive: its value and its `_name` sibling. https://hl7.org/fhir/R4/json.html#primitive
#include <string>

#include "fhir/validation/primitives.h"
#include "fhir/validation/walk.h"

namespace fhir::validation {
namespace {

bool is_uri(Primitive primitive) {
  return primitive == Primitive::uri || primitive == Primitive::url ||
         primitive == Primitive::canonical;
}

}  // namespace

void Walk::check_primitive(const Node& node, const TypePlan& plan) {
  const Primitive primitive = plan.type->primitive;
  const json::Value* value = node.element.value;
  const json::Value* sibling = node.element.sibling;
  if (value != nullptr) {
    if (!is_json_kind_of(primitive, value->kind())) {
      report(node, IssueType::value,
             {name_of(node), " is a ", plan.type->name, " and must be ", json_kind_name(primitive),
              " in JSON"});
    } else {
      const std::string_view fault = fault_of(primitive, value->text());
      if (!fault.empty())
        report(node, IssueType::value, {"The value of ", name_of(node), " ", fault});
      if (primitive == Primitive::xhtml) check_narrative_of(node);
      if (primitive == Primitive::canonical) check_canonical(node);
      if (is_uri(primitive) && value->text().starts_with('#'))
        note_fragment(*node.scope, value->text());
      if (options_.security_checks || !options_.example_urls) check_text_rules(node, primitive);
    }
  }
  if (sibling == nullptr) return;
  if (!sibling->is_object() || sibling->members().empty()) {
    report(Severity::error, IssueType::structure, *node.path, sibling->offset(),
           {"The id and extensions of ", name_of(node), " must be an object that is not empty"});
    return;
  }
  if (value == nullptr && sibling->find("extension") == nullptr)
    report(node, IssueType::invariant, {name_of(node), " must have a value or extensions"},
           "ele-1");
  if (element_plan_ != nullptr) check_members(node, *sibling, *element_plan_);
}

/// Rules that the options ask for.
void Walk::check_text_rules(const Node& node, Primitive primitive) {
  const std::string_view text = node.element.text();
  // What a browser would run, should somebody show it: https://hl7.org/fhir/R4/security.html
  if (options_.security_checks && primitive == Primitive::string && has_html_tag(text))
    report(node, IssueType::security,
           {name_of(node), " has what looks like an HTML tag, which is not allowed here"});
  if (!options_.example_urls && is_uri(primitive) && is_example_url(text))
    report(node, IssueType::value,
           {name_of(node), " is an address for examples, which is not allowed here"});
}

void Walk::check_canonical(const Node& node) {
  const std::string_view text = node.element.text();
  if (text.empty() || text.front() == '#' || is_absolute_uri(text)) return;
  // A warning, since many official examples name a canonical by Type/id.
  report(Severity::warning, IssueType::value, *node.path, node.element.offset(),
         {name_of(node), " should be an absolute URL, or # and the id of a contained resource"});
}

void Walk::check_element_id(const Node& node, const json::Value& object) {
  const std::string_view id = object.string_at("id");
  const Element& resource = node.scope->resource;
  // Snapshot and differential of a StructureDefinition share their ids.
  if (id.empty() || resource.type == nullptr || resource.type->name == "StructureDefinition")
    return;
  if (element_ids_.insert(resource.value, id)) return;
  report(node, IssueType::duplicate,
         {name_of(node), " has the id of another element; an id is unique within its resource"});
}

}  // namespace fhir::validation
