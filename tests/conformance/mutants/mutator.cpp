#include "mutator.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "edit.h"
#include "primitive_samples.h"

namespace mutants {
namespace {

using fhir::IssueType;
using fhir::json::Value;

constexpr std::string_view k_bad_concept =
    R"({"coding":[{"system":"http://example.org/none","code":"no-such-code"}]})";
constexpr std::string_view k_bad_coding =
    R"({"system":"http://example.org/none","code":"no-such-code"})";

}  // namespace

bool Mutator::is_new(std::string_view what, std::string_view walked) {
  return done_.insert(std::string(what).append(" ").append(walked)).second;
}

void Mutator::emit(Rule rule, std::string_view what, const Value& value,
                   std::string_view replacement, const std::string& expression,
                   std::optional<IssueType> type, std::string key) {
  judge_({rule, spliced(source_, value, replacement), expression, type, std::move(key),
          std::string(what)});
}

void Mutator::break_rules(const fhir::json::Document& document) {
  source_ = document.source();
  const std::string name(document.root().string_at("resourceType"));
  const TypeFacts* type = facts_.type(name);
  REQUIRE_MESSAGE(type != nullptr, name);
  const Spot root{document.root(), type, type->root, name, name};
  visit_object(root);
  break_invariants_of_resource(root);
}

void Mutator::visit_object(const Spot& spot) {
  seen_.insert(spot.walked);
  const auto& children = facts_.children(*spot.type, *spot.element);
  if (is_new("unknown member", spot.walked)) {
    const Change change{"unheardOf", "1"};
    emit(Rule::extra_element, "unknown member", spot.value,
         with_changes(source_, spot.value, {&change, 1}), spot.expression, IssueType::structure);
  }
  break_members(spot, children);
  for (const fhir::json::Member& member : spot.value.members()) {
    const Use use = Facts::member(children, member.name());
    if (use.element == nullptr) continue;  // resourceType, and the siblings of primitives
    MemberSpot at{member.value, *use.element, use.type, spot.expression + "." + use.element->name,
                  spot.walked + "." + std::string(member.name())};
    if (use.element->is_choice) {
      at.expression += ".ofType(" + use.type->code + ")";
      break_choice(spot, member, use);
    }
    visit_member(spot, at);
  }
}

void Mutator::break_members(const Spot& spot, const std::vector<const ElementFacts*>& children) {
  for (const fhir::json::Member& member : spot.value.members()) {
    const std::string name(member.name());
    const Use use = Facts::member(children, name);
    if (use.element == nullptr || spot.value.find("_" + name) != nullptr) continue;
    const std::string walked = spot.walked + "." + name;
    if (use.element->min > 0 && is_new("dropped", walked)) {
      const Change change{name, {}};
      const bool is_empty_then = spot.value.members().size() == 1;  // ele-1 says it all
      emit(Rule::required_element, "dropped " + use.element->path, spot.value,
           with_changes(source_, spot.value, {&change, 1}), spot.expression,
           is_empty_then ? std::nullopt : std::optional{IssueType::required});
    }
    const bool is_complex =
        member.value.is_object() || (member.value.is_array() && !member.value.items().empty() &&
                                     member.value.items().front().is_object());
    if (is_complex && is_new("sibling of a complex element", walked)) {
      const std::string sibling = "_" + name;
      const Change change{sibling, use.element->is_array ? R"([{"id":"x"}])" : R"({"id":"x"})"};
      emit(Rule::extra_element, "sibling of a complex element", spot.value,
           with_changes(source_, spot.value, {&change, 1}),
           spot.expression + "." + use.element->name +
               (use.element->is_choice ? ".ofType(" + use.type->code + ")" : ""),
           IssueType::structure);
    }
  }
}

void Mutator::break_choice(const Spot& spot, const fhir::json::Member& member, const Use& use) {
  const ElementFacts& element = *use.element;
  const std::string walked = spot.walked + "." + std::string(member.name());
  if (is_new("a type that is not among the choices", walked)) {
    const std::string other = choice_name(element.name, "Narrative");
    const Change changes[] = {{member.name(), {}}, {other, R"({"status":"empty"})"}};
    emit(Rule::wrong_type, "a type that is not among the choices", spot.value,
         with_changes(source_, spot.value, changes), spot.expression, IssueType::structure);
  }
  const auto second =
      std::find_if(element.types.begin(), element.types.end(),
                   [&](const TypeUse& type) { return type.code != use.type->code; });
  if (second == element.types.end() || !is_new("two choices", walked)) return;
  const std::string other = choice_name(element.name, second->code);
  const Change change{other, raw(source_, member.value)};
  emit(Rule::extra_element, "two choices", spot.value,
       with_changes(source_, spot.value, {&change, 1}), spot.expression, IssueType::structure);
}

void Mutator::visit_member(const Spot& parent, const MemberSpot& member) {
  if (member.element.is_array) {
    break_array(parent, member);
    if (!member.value.is_array()) return;
    for (std::size_t i = 0; i < member.value.items().size(); ++i) {
      if (member.value.items()[i].is_null()) continue;
      visit_item(parent, {member.value.items()[i], member.element, member.type,
                          member.expression + "[" + std::to_string(i) + "]", member.walked});
    }
    return;
  }
  if (is_new("array", member.walked)) {
    emit(Rule::cardinality, "array for what does not repeat", member.value,
         "[" + std::string(raw(source_, member.value)) + "]", member.expression,
         IssueType::structure);
    emit(Rule::cardinality, "null", member.value, "null", member.expression, IssueType::structure);
  }
  visit_item(parent, member);
}

void Mutator::break_array(const Spot& parent, const MemberSpot& member) {
  if (!member.value.is_array() || !is_new("array", member.walked)) return;
  const auto items = member.value.items();
  const std::string first(raw(source_, items.front()));
  const bool has_sibling = parent.value.find("_" + member.element.name) != nullptr;
  emit(Rule::cardinality, "no array for what repeats", member.value, first, member.expression,
       IssueType::structure);
  emit(Rule::cardinality, "empty array", member.value, "[]", member.expression,
       IssueType::structure);
  if (!has_sibling)
    emit(Rule::cardinality, "null in an array", member.value, "[" + first + ",null]",
         member.expression, IssueType::structure);
  if (member.element.max == k_many) return;
  std::string too_many = "[" + first;
  for (std::uint32_t i = 0; i < member.element.max; ++i) too_many.append(",").append(first);
  emit(Rule::cardinality, "too many", member.value, too_many + "]", parent.expression,
       IssueType::structure);
}

void Mutator::visit_item(const Spot& parent, const MemberSpot& item) {
  seen_.insert(item.walked);
  const bool is_backbone = !item.element.children.empty() || !item.element.same_as.empty();
  const TypeFacts* type =
      is_backbone || item.type == nullptr ? nullptr : facts_.type(item.type->code);
  if (!is_backbone && type == nullptr) return;  // Resource, xhtml
  if (type != nullptr && type->kind == Kind::resource) return;
  if (type != nullptr && type->kind == Kind::primitive) {
    break_primitive(item, type->name);
    break_code(item, type->name);
    return;
  }
  if (!item.value.is_object()) return;
  if (is_new("complex", item.walked)) {
    emit(Rule::wrong_type, "text for a complex element", item.value, "\"text\"", item.expression,
         IssueType::structure);
    emit(Rule::invariant, "an empty object", item.value, "{}", item.expression, std::nullopt,
         "ele-1");
  }
  break_invariants(item, type != nullptr ? type->name : "BackboneElement");
  if (type != nullptr) break_code(item, type->name);
  if (type != nullptr && type->name == "Reference") break_reference(item);
  if (std::count(item.walked.begin(), item.walked.end(), '.') > 9) return;
  visit_object({item.value, type != nullptr ? type : parent.type,
                type != nullptr ? type->root : &item.element, item.expression, item.walked});
}

void Mutator::break_primitive(const MemberSpot& item, const std::string& type) {
  if (!is_new("primitive", item.walked)) return;
  emit(Rule::wrong_type, "another kind of JSON", item.value,
       item.value.is_string() ? "17" : "\"text\"", item.expression, IssueType::value);
  emit(Rule::wrong_type, "an object for a primitive", item.value, R"({"a":1})", item.expression,
       IssueType::value);
  if (const std::string_view bad = primitive_sample(type).bad; !bad.empty())
    emit(Rule::wrong_type, "no " + type, item.value, bad, item.expression, IssueType::value);
}

void Mutator::break_code(const MemberSpot& item, const std::string& type) {
  if (item.element.required_set.empty() || !is_new("code", item.walked)) return;
  std::string_view bad;
  if (type == "code" || type == "string" || type == "uri") bad = "\"no-such-code\"";
  if (type == "Coding" || type == "Quantity") bad = k_bad_coding;
  if (type == "CodeableConcept") bad = k_bad_concept;
  if (bad.empty()) return;
  emit(Rule::bad_code, "a code outside " + item.element.required_set, item.value, bad,
       item.expression, IssueType::code_invalid);
}

void Mutator::break_reference(const MemberSpot& item) {
  if (!is_new("reference", item.walked)) return;
  emit(Rule::bad_reference, "no reference", item.value, R"({"reference":"not a reference"})",
       item.expression, IssueType::value);
  const auto& targets = item.type->targets;
  if (targets.empty() || std::find(targets.begin(), targets.end(), "Resource") != targets.end())
    return;
  const bool may_be_parameters =
      std::find(targets.begin(), targets.end(), "Parameters") != targets.end();
  const std::string other = may_be_parameters ? "Basic/x" : "Parameters/x";
  emit(Rule::bad_reference, "of another type", item.value, R"({"reference":")" + other + "\"}",
       item.expression, IssueType::value);
  emit(Rule::bad_reference, "of another type, by URL", item.value,
       R"({"reference":"http://example.org/fhir/)" + other + "\"}", item.expression,
       IssueType::value);
}

void Mutator::break_invariants(const MemberSpot& item, const std::string& type) {
  if (!is_new("invariants", item.walked)) return;
  if (const auto found = recipes_.find(type); found != recipes_.end()) {
    for (const Recipe& recipe : found->second)
      emit(Rule::invariant, recipe.key, item.value, recipe.json, item.expression + recipe.place,
           IssueType::invariant, recipe.key);
  }
  for (const Recipe& recipe : recipes_.at("Element")) {
    const auto changes = fhir::json::Document::read(recipe.json);
    REQUIRE(changes);
    const fhir::json::Member& member = changes->root().members().front();
    const Change change{member.name(), raw(recipe.json, member.value)};
    emit(Rule::invariant, recipe.key, item.value, with_changes(source_, item.value, {&change, 1}),
         item.expression + recipe.place, IssueType::invariant, recipe.key);
  }
}

void Mutator::break_invariants_of_resource(const Spot& root) {
  const bool is_domain_resource = root.type->elements.contains(root.type->name + ".contained");
  for (const std::string_view name :
       {std::string_view(root.type->name), std::string_view("DomainResource")}) {
    const auto found = recipes_.find(name);
    if (found == recipes_.end() || (name == "DomainResource" && !is_domain_resource)) continue;
    for (const Recipe& recipe : found->second) {
      if (!is_new(recipe.json, root.walked)) continue;
      const auto document = fhir::json::Document::read(recipe.json);
      REQUIRE_MESSAGE(document, recipe.json);
      std::vector<Change> changes;
      for (const fhir::json::Member& member : document->root().members())
        changes.push_back({member.name(), member.value.is_null() ? std::string_view{}
                                                                 : raw(recipe.json, member.value)});
      emit(Rule::invariant, recipe.key, root.value, with_changes(source_, root.value, changes),
           root.expression + recipe.place, IssueType::invariant, recipe.key);
    }
  }
}

}  // namespace mutants
