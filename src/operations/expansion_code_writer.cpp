// https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.expansion.contains
#include "src/operations/expansion_code_writer.h"

#include <algorithm>
#include <array>

#include "terminology/language_tag.h"

namespace server::operations {
namespace {

using fhir::json::Builder;
using terminology::Designation;
using terminology::KnownCode;
using terminology::ListedCode;
using terminology::Property;
using terminology::PropertyType;

constexpr std::string_view k_code_property =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property";
constexpr std::string_view k_meanings = "http://hl7.org/fhir/concept-properties#";

/// What is shown of a code without being asked for: that it is out of use, and how it is to be
/// ordered and labelled.
bool is_always_shown(std::string_view uri, const Property& property) {
  if (!uri.starts_with(k_meanings)) return false;
  const std::string_view meaning = uri.substr(k_meanings.size());
  if (meaning == "status") return property.value != "active";
  return meaning == "order" || meaning == "label" || meaning == "itemWeight";
}

}  // namespace

std::string_view property_uri_of(const ListedCode& code, std::string_view property) {
  return code.code_system != nullptr ? code.code_system->property_uri(property)
                                     : terminology::standard_property_uri(property);
}

ExpansionCodeWriter::ExpansionCodeWriter(const terminology::ValueSet& set,
                                         const ExpansionView& view, bool writes_versions)
    : set_(set), view_(view), writes_versions_(writes_versions) {}

void ExpansionCodeWriter::write_members(const ListedCode& code, Builder& out) const {
  const KnownCode known = known_of(code);
  write_extensions(code, out);
  if (!code.system.empty()) out.string("system", code.system);
  if (code.is_abstract) out.boolean("abstract", true);
  if (code.is_inactive) out.boolean("inactive", true);
  if (writes_versions_ && !code.version.empty()) out.string("version", code.version);
  out.string("code", code.code);
  const std::string_view display = terminology::display_for(known, view_.languages);
  if (!display.empty()) out.string("display", display);
  if (view_.include_designations) write_designations(known, display, out);
}

void ExpansionCodeWriter::write_extensions(const ListedCode& code, Builder& out) const {
  const std::vector<Property> properties = properties_of(code);
  std::string_view carried = code.extensions;
  if (carried.empty() && code.id != terminology::k_no_concept)
    carried = code.code_system->extensions(code.id);
  if (properties.empty() && carried.empty()) return;
  out.key("extension").begin_array();
  if (!carried.empty()) out.raw(carried.substr(1, carried.size() - 2));  // without its brackets
  for (const Property& property : properties) write_property(property, out);
  out.end_array();
}

void ExpansionCodeWriter::write_property(const Property& property, Builder& out) {
  constexpr std::array<std::string_view, 7> k_types = {
      "valueCode",    "valueCoding",   "valueString", "valueInteger",
      "valueBoolean", "valueDateTime", "valueDecimal"};
  out.begin_object().string("url", k_code_property).key("extension").begin_array();
  out.begin_object().string("url", "code").string("valueCode", property.code).end_object();
  out.begin_object().string("url", "value");
  const std::string_view type = k_types[static_cast<std::size_t>(property.type)];
  switch (property.type) {
    case PropertyType::coding:
      out.key(type).begin_object();
      if (!property.system.empty()) out.string("system", property.system);
      out.string("code", property.value);
      if (!property.display.empty()) out.string("display", property.display);
      out.end_object();
      break;
    case PropertyType::integer:
    case PropertyType::boolean:
    case PropertyType::decimal:
      out.raw(type, property.value);
      break;
    default:
      out.string(type, property.value);
  }
  out.end_object().end_array().end_object();
}

/// Those that are asked for, and those that are always shown.
std::vector<Property> ExpansionCodeWriter::properties_of(const ListedCode& code) const {
  std::vector<Property> found;
  const auto is_wanted = [&](std::string_view name) {
    return std::find(view_.properties.begin(), view_.properties.end(), name) !=
               view_.properties.end() ||
           std::find(view_.properties.begin(), view_.properties.end(), "*") !=
               view_.properties.end();
  };
  const auto offer = [&](const Property& property) {
    if (property.value.empty()) return;
    if (is_wanted(property.code) || is_always_shown(property_uri_of(code, property.code), property))
      found.push_back(property);
  };
  for (const Property& property : code.properties) offer(property);
  if (code.id == terminology::k_no_concept) return found;
  const std::size_t own = found.size();
  const auto is_overruled = [&](const Property& property) {
    return std::any_of(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(own),
                       [&](const Property& earlier) { return earlier.code == property.code; });
  };
  for (const Property& property : code.code_system->properties(code.id)) {
    if (!is_overruled(property)) offer(property);
  }
  if (is_wanted("definition")) {
    Property definition;
    definition.code = "definition";
    definition.value = code.code_system->at(code.id).definition;
    offer(definition);
  }
  return found;
}

KnownCode ExpansionCodeWriter::known_of(const ListedCode& code) const {
  return {.system = code.code_system,
          .id = code.id,
          .listing = &code,
          .set_language = set_.info().language};
}

void ExpansionCodeWriter::write_designations(const KnownCode& known, std::string_view display,
                                             Builder& out) const {
  bool is_open = false;
  const auto write_one = [&](const Designation& designation) {
    if (!wants(designation)) return;
    if (!is_open) out.key("designation").begin_array();
    is_open = true;
    out.begin_object();
    if (!designation.extensions.empty()) out.raw("extension", designation.extensions);
    if (!designation.language.empty()) out.string("language", designation.language);
    if (!designation.use_code.empty()) {
      out.key("use").begin_object();
      if (!designation.use_system.empty()) out.string("system", designation.use_system);
      out.string("code", designation.use_code);
      if (!designation.use_display.empty()) out.string("display", designation.use_display);
      out.end_object();
    }
    out.string("value", designation.value).end_object();
  };
  // The display that gave way to one in a wanted language is a designation like the others.
  const std::string_view first = terminology::default_display(known);
  const bool is_replaced = !first.empty() && display != first;
  if (is_replaced) {
    Designation designation;
    designation.language = terminology::default_language(known);
    designation.use_system = "http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra";
    designation.use_code = "preferredForLanguage";
    designation.value = first;
    write_one(designation);
  }
  const auto offer = [&](const Designation& designation) {
    const bool is_shown =
        is_replaced && designation.value == display && view_.languages.name(designation.language);
    if (!is_shown) write_one(designation);
  };
  for (const Designation& designation : known.listing->designations) offer(designation);
  if (known.is_in_system()) {
    for (const Designation& designation : known.system->designations(known.id)) offer(designation);
  }
  if (is_open) out.end_array();
}

bool ExpansionCodeWriter::wants(const Designation& designation) const {
  if (view_.designations.empty()) return true;
  for (std::string_view token : view_.designations) {
    const std::size_t bar = token.find('|');
    const std::string_view system = bar == std::string_view::npos ? "" : token.substr(0, bar);
    const std::string_view code = bar == std::string_view::npos ? token : token.substr(bar + 1);
    if (system == "urn:ietf:bcp:47" && terminology::language_serves(designation.language, code))
      return true;
    if (designation.use_code == code && (system.empty() || designation.use_system == system))
      return true;
  }
  return false;
}

}  // namespace server::operations
