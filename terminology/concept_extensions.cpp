#include "terminology/concept_extensions.h"

#include <algorithm>
#include <array>

#include "fhir/formats/json_writer.h"

namespace terminology {
namespace {

using fhir::json::Member;
using fhir::json::Value;

constexpr std::string_view k_structures = "http://hl7.org/fhir/StructureDefinition/";
constexpr std::string_view k_standards_status = "structuredefinition-standards-status";

/// The name of an extension that HL7 defines; empty for others.
std::string_view name_of(const Value& extension) {
  const std::string_view url = extension.string_at("url");
  return url.starts_with(k_structures) ? url.substr(k_structures.size()) : std::string_view{};
}

bool is_carried(std::string_view name, bool of_designation) {
  constexpr std::array<std::string_view, 3> k_of_concept = {"rendering-style", "rendering-xhtml",
                                                            "rendering-markdown"};
  constexpr std::array<std::string_view, 2> k_of_designation = {"coding-sctdescid",
                                                                k_standards_status};
  if (of_designation)
    return std::find(k_of_designation.begin(), k_of_designation.end(), name) !=
           k_of_designation.end();
  return std::find(k_of_concept.begin(), k_of_concept.end(), name) != k_of_concept.end();
}

bool says_no_use(std::string_view status) {
  return status == "deprecated" || status == "withdrawn";
}

}  // namespace

const Value* extension_of(const Value& owner, std::string_view url) {
  const Value* list = owner.find("extension");
  if (list == nullptr) return nullptr;
  for (const Value& extension : list->items()) {
    if (extension.string_at("url") == url) return &extension;
  }
  return nullptr;
}

const Value* value_of_extension(const Value& extension) {
  for (const Member& member : extension.members()) {
    if (member.name().starts_with("value")) return &member.value;
  }
  return nullptr;
}

std::string_view standards_status_of(const Value& owner) {
  const Value* list = owner.find("extension");
  if (list == nullptr) return {};
  for (const Value& extension : list->items()) {
    if (name_of(extension) != k_standards_status) continue;
    const Value* value = value_of_extension(extension);
    return value != nullptr ? value->string() : std::string_view{};
  }
  return {};
}

std::string carried_extensions(const Value& owner) {
  const Value* list = owner.find("extension");
  if (list == nullptr) return {};
  const bool of_designation = owner.find("value") != nullptr;
  std::string text;
  for (const Value& extension : list->items()) {
    if (!is_carried(name_of(extension), of_designation)) continue;
    text.push_back(text.empty() ? '[' : ',');
    fhir::json::append(text, extension);
  }
  if (!text.empty()) text.push_back(']');
  return text;
}

void read_extension_properties(const Value& owner, fhir::Arena& arena, std::vector<Property>& out) {
  const Value* list = owner.find("extension");
  if (list == nullptr) return;
  const auto add = [&](std::string_view code, PropertyType type, const Value& value) {
    Property property;
    property.code = code;
    property.type =
        type == PropertyType::decimal && !value.is_number() ? PropertyType::string : type;
    property.value = arena.copy(value.text());
    out.push_back(property);
  };
  for (const Value& extension : list->items()) {
    const std::string_view name = name_of(extension);
    const Value* value = value_of_extension(extension);
    if (value == nullptr) continue;
    if (name == "codesystem-conceptOrder" || name == "valueset-conceptOrder")
      add("order", PropertyType::decimal, *value);
    else if (name == "codesystem-label" || name == "valueset-label")
      add("label", PropertyType::string, *value);
    else if (name == "itemWeight")
      add("weight", PropertyType::decimal, *value);
    else if (name == k_standards_status && says_no_use(value->string()))
      add("status", PropertyType::code, *value);
  }
}

}  // namespace terminology
