// https://hl7.org/fhir/R4/elementdefinition.html
#include "fhir/definitions/element_merge.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>
#include <vector>

#include "fhir/definitions/element_order.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"

namespace fhir::definitions {
namespace {

constexpr std::array<std::string_view, 4> k_prose = {"definition", "comment", "requirements",
                                                     "meaningWhenMissing"};

/// Said of one definition and not of what is derived from it.
constexpr std::array<std::string_view, 5> k_not_inherited = {
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status",
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-fmm",
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-wg",
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-normative-version",
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-category"};

template <class Names>
bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// `...more` goes on after what the base says.
json::Value continued(const json::Value* before, const json::Value& text, Arena& arena) {
  std::string_view more = text.string();
  if (!more.starts_with("...")) return text;
  more.remove_prefix(3);
  if (before == nullptr) return make_text(more, arena);
  return make_text(std::string(before->string()) + "\r\n" + std::string(more), arena);
}

/// The items of both lists; of two with one key, the first.
template <class Key>
json::Value joined(const json::Value* before, const json::Value& more, Key key, Arena& arena) {
  const auto known = json::items_of(before);
  std::vector<json::Value> out(known.begin(), known.end());
  std::unordered_set<std::string> keys;
  for (const json::Value& item : known) keys.insert(key(item));
  for (const json::Value& item : more.items()) {
    if (!keys.contains(key(item))) out.push_back(item);
  }
  return make_array(out, arena);
}

std::string constraint_key(const json::Value& constraint) {
  return std::string(constraint.string_at("key"));
}

std::string whole_value(const json::Value& value) { return json::to_string(value); }

json::Value with_source(const json::Value& constraint, std::string_view url, Arena& arena) {
  if (!constraint.string_at("source").empty() || url.empty()) return constraint;
  auto members = constraint.members();
  std::vector<json::Member> out(members.begin(), members.end());
  out.push_back(make_member("source", make_text(url, arena)));
  return make_object(out, arena);
}

json::Value constraints_of(const json::Value* before, const json::Value& more, std::string_view url,
                           Arena& arena) {
  std::vector<json::Value> sourced;
  for (const json::Value& constraint : more.items())
    sourced.push_back(with_source(constraint, url, arena));
  return joined(before, make_array(sourced, arena), constraint_key, arena);
}

/// The members of `more` over those of `before`.
json::Value overlaid(const json::Value* before, const json::Value& more, Arena& arena) {
  if (before == nullptr || !before->is_object()) return more;
  std::vector<json::Member> out;
  for (const json::Member& member : before->members()) {
    if (more.find(member.name()) == nullptr) out.push_back(member);
  }
  for (const json::Member& member : more.members()) out.push_back(member);
  return make_object(out, arena);
}

json::Value extensions_of(const json::Value* before, const json::Value& more, Arena& arena) {
  std::unordered_set<std::string_view> replaced;
  for (const json::Value& extension : more.items()) replaced.insert(extension.string_at("url"));
  std::vector<json::Value> out;
  for (const json::Value& extension : json::items_of(before)) {
    if (!replaced.contains(extension.string_at("url"))) out.push_back(extension);
  }
  out.insert(out.end(), more.items().begin(), more.items().end());
  return make_array(out, arena);
}

void drop_uninheritable(DraftNode& node, Arena& arena) {
  const json::Value* extensions = node.find("extension");
  if (extensions == nullptr) return;
  std::vector<json::Value> kept;
  for (const json::Value& extension : extensions->items()) {
    if (!contains(k_not_inherited, extension.string_at("url"))) kept.push_back(extension);
  }
  if (kept.size() == extensions->items().size()) return;
  if (kept.empty()) return node.erase("extension");
  node.set("extension", make_array(kept, arena));
}

/// Only coded types, and those that can carry a code, keep a binding.
/// https://hl7.org/fhir/R4/terminologies.html#4.1
bool is_bindable(const DraftNode& node) {
  static constexpr std::array<std::string_view, 7> k_bindable = {
      "code", "Coding", "CodeableConcept", "CodeableReference", "Quantity", "string", "uri"};
  const auto types = json::items_of(node.find("type"));
  return types.empty() || std::any_of(types.begin(), types.end(), [](const json::Value& type) {
           return contains(k_bindable, type.string_at("code"));
         });
}

/// What modifies does so in every profile.
/// https://hl7.org/fhir/R4/conformance-rules.html#isModifier
bool takes_back_modifier(const DraftNode& node, const json::Member& member) {
  if (member.name() != "isModifier" || member.value.text() != "false") return false;
  const json::Value* before = node.find("isModifier");
  return before != nullptr && before->text() == "true";
}

/// Drops whatever of a choice the node has: fixedUri when fixedCode comes.
void erase_group(DraftNode& node, std::string_view group) {
  std::erase_if(node.members, [&](const json::Member& member) {
    return element_member_group(member.name()) == group;
  });
}

json::Value merged(const DraftNode& node, std::string_view name, const json::Value& value,
                   std::string_view url, Arena& arena) {
  const json::Value* before = node.find(name);
  if (contains(k_prose, name)) return continued(before, value, arena);
  if (name == "constraint") return constraints_of(before, value, url, arena);
  if (name == "extension" || name == "modifierExtension")
    return extensions_of(before, value, arena);
  if (name == "binding" || name == "slicing") return overlaid(before, value, arena);
  if (name == "condition" || name == "alias" || name == "mapping" || name == "example")
    return joined(before, value, whole_value, arena);
  return value;
}

}  // namespace

void merge_element(DraftNode& node, const json::Value& element, std::string_view url,
                   Arena& arena) {
  drop_uninheritable(node, arena);
  for (const json::Member& member : element.members()) {
    const std::string_view name = member.name();
    if (name == "id" || name == "path" || name == "sliceName" || name == "base") continue;
    if (takes_back_modifier(node, member)) continue;
    const json::Value value = merged(node, name, member.value, url, arena);
    const std::string_view group = element_member_group(name);
    if (group != name && !member.is_sibling()) erase_group(node, group);
    if (!member.is_sibling() && node.find(name) != nullptr) node.erase(name);
    node.set(name, value);
  }
  if (!is_bindable(node)) node.erase("binding");
}

void merge_profile_root(DraftNode& node, const DraftNode& root, bool is_extension, Arena& arena) {
  static constexpr std::array<std::string_view, 5> k_taken = {"short", "definition", "comment",
                                                              "requirements", "alias"};
  static constexpr std::array<std::string_view, 6> k_of_extensions = {
      "min", "max", "isModifier", "isModifierReason", "condition", "constraint"};
  for (const json::Member& member : root.members) {
    const std::string_view name = member.name();
    if (!contains(k_taken, name) && !(is_extension && contains(k_of_extensions, name))) continue;
    const bool adds = name == "constraint" || name == "condition" || name == "alias";
    node.set(name, adds ? merged(node, name, member.value, {}, arena) : member.value);
  }
}

}  // namespace fhir::definitions
