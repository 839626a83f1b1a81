// https://hl7.org/fhir/R4/structuredefinition.html
#include "fhir/definitions/record_strip.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "fhir/formats/json_writer.h"

namespace fhir::definitions {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 8> k_dropped_everywhere = {
    "text", "contact", "publisher", "useContext", "jurisdiction", "purpose", "copyright", "meta"};

constexpr std::array<std::string_view, 6> k_dropped_of_structures = {
    "mapping", "description", "keyword", "identifier", "title", "extension"};

constexpr std::array<std::string_view, 11> k_dropped_of_elements = {"definition",
                                                                    "comment",
                                                                    "requirements",
                                                                    "alias",
                                                                    "mapping",
                                                                    "example",
                                                                    "short",
                                                                    "orderMeaning",
                                                                    "isModifierReason",
                                                                    "meaningWhenMissing",
                                                                    "label"};

bool contains(Names names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void append_elements(json::Builder& out, const json::Value& view) {
  out.begin_object().key("element").begin_array();
  if (const json::Value* elements = view.find("element")) {
    for (const json::Value& element : elements->items()) {
      out.begin_object();
      for (const json::Member& member : element.members()) {
        if (!contains(k_dropped_of_elements, member.name()))
          out.key(member.name()).value(member.value);
      }
      out.end_object();
    }
  }
  out.end_array().end_object();
}

}  // namespace

std::string stripped(const json::Value& resource, const json::Value* expansion) {
  std::string text;
  json::Builder out(text);
  const bool is_structure = resource.string_at("resourceType") == "StructureDefinition";
  const bool has_snapshot = resource.find("snapshot") != nullptr;
  out.begin_object();
  for (const json::Member& member : resource.members()) {
    const std::string_view name = member.name();
    if (contains(k_dropped_everywhere, name)) continue;
    if (is_structure && contains(k_dropped_of_structures, name)) continue;
    if (is_structure && (name == "snapshot" || name == "differential")) {
      if (name == "differential" && has_snapshot) continue;
      out.key(name);
      append_elements(out, member.value);
      continue;
    }
    out.key(name).value(member.value);
  }
  if (expansion != nullptr && resource.find("expansion") == nullptr)
    out.key("expansion").value(*expansion);
  out.end_object();
  return text;
}

}  // namespace fhir::definitions
