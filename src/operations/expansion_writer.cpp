// https://hl7.org/fhir/R4/valueset-operation-expand.html,
// https://hl7.org/fhir/R4/valueset.html#expansion
#include "src/operations/expansion_writer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include "src/operations/random_uuid.h"
#include "terminology/language_tag.h"
#include "terminology/tx_issue.h"

namespace server::operations {
namespace {

using fhir::json::Builder;
using terminology::Designation;
using terminology::KnownCode;
using terminology::ListedCode;
using terminology::Property;
using terminology::PropertyType;
using terminology::UsedSources;

constexpr std::string_view k_property =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.property";
constexpr std::string_view k_code_property =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property";
constexpr std::string_view k_meanings = "http://hl7.org/fhir/concept-properties#";

/// UTC, to the second.
std::string now() {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[sizeof "2000-01-01T00:00:00Z"];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

/// What is shown of a code without being asked for: that it is out of use, and how it is to be
/// ordered and labelled.
bool is_always_shown(std::string_view uri, const Property& property) {
  if (!uri.starts_with(k_meanings)) return false;
  const std::string_view meaning = uri.substr(k_meanings.size());
  if (meaning == "status") return property.value != "active";
  return meaning == "order" || meaning == "label" || meaning == "itemWeight";
}

std::string_view uri_of(const ListedCode& code, std::string_view property) {
  return code.code_system != nullptr ? code.code_system->property_uri(property)
                                     : terminology::standard_property_uri(property);
}

}  // namespace

ExpansionWriter::ExpansionWriter(const terminology::Scope& scope, const terminology::ValueSet& set,
                                 const terminology::Expansion& expansion,
                                 const terminology::ExpandOptions& options,
                                 const ExpansionView& view, const Parameters& parameters,
                                 Builder& out)
    : scope_(scope),
      set_(set),
      expansion_(expansion),
      options_(options),
      view_(view),
      parameters_(parameters),
      out_(out),
      used_(terminology::used_sources(set)) {
  const auto& codes = expansion.codes;
  const bool is_nested = std::any_of(codes.begin(), codes.end(), [](const ListedCode& code) {
    return code.parent != terminology::k_no_position;
  });
  if (is_nested) children_.resize(codes.size());
  for (std::uint32_t i = 0; i < codes.size(); ++i) {
    const std::uint32_t parent = codes[i].parent;
    (parent == terminology::k_no_position ? roots_ : children_[parent]).push_back(i);
  }
}

void ExpansionWriter::write() {
  note_properties();
  out_.begin_object();
  write_extensions();
  out_.string("identifier", "urn:uuid:" + random_uuid());
  out_.string("timestamp", now());
  out_.number("total", static_cast<long long>(expansion_.total));
  if (options_.count || options_.offset > 0)
    out_.number("offset", static_cast<long long>(options_.offset));
  write_parameters();
  if (!roots_.empty()) write_list(roots_);
  out_.end_object();
}

void ExpansionWriter::write_extensions() {
  if (expansion_.is_complete && shown_.empty()) return;
  out_.key("extension").begin_array();
  if (!expansion_.is_complete) {
    out_.begin_object();
    out_.string("url", "http://hl7.org/fhir/StructureDefinition/valueset-unclosed");
    out_.boolean("valueBoolean", true).end_object();
    for (const UsedSources::Source& source : used_.code_systems) {
      if (source.code_system == nullptr) continue;
      const terminology::Content content = source.code_system->info().content;
      const bool is_fragment = content == terminology::Content::fragment;
      if (!is_fragment && content != terminology::Content::example) continue;
      out_.begin_object();
      out_.string("url", "http://hl7.org/fhir/StructureDefinition/valueset-unclosed-reason");
      std::string reason = "This extension is based on ";
      reason.append(is_fragment ? "a fragment" : "an example").append(" of the code system ");
      out_.string("valueString", reason.append(source.url));
      out_.end_object();
    }
  }
  write_declared_properties();
  out_.end_array();
}

/// The properties that are written somewhere, declared once.
void ExpansionWriter::note_properties() {
  for (const ListedCode& code : expansion_.codes) {
    for (const Property& property : properties_of(code)) {
      const bool is_noted = std::any_of(shown_.begin(), shown_.end(), [&](const Shown& shown) {
        return shown.code == property.code;
      });
      if (!is_noted) shown_.push_back({property.code, uri_of(code, property.code)});
    }
  }
}

void ExpansionWriter::write_declared_properties() {
  for (const Shown& shown : shown_) {
    out_.begin_object().string("url", k_property).key("extension").begin_array();
    out_.begin_object().string("url", "code").string("valueCode", shown.code).end_object();
    if (!shown.uri.empty())
      out_.begin_object().string("url", "uri").string("valueUri", shown.uri).end_object();
    out_.end_array().end_object();
  }
}

void ExpansionWriter::write_list(const std::vector<std::uint32_t>& positions) {
  out_.key("contains").begin_array();
  for (std::uint32_t position : positions) write_code(position);
  out_.end_array();
}

void ExpansionWriter::write_code(std::uint32_t position) {
  const ListedCode& code = expansion_.codes[position];
  const KnownCode known = known_of(code);
  out_.begin_object();
  write_code_extensions(code);
  if (!code.system.empty()) out_.string("system", code.system);
  if (code.is_abstract) out_.boolean("abstract", true);
  if (code.is_inactive) out_.boolean("inactive", true);
  if (used_.has_several_versions && !code.version.empty()) out_.string("version", code.version);
  out_.string("code", code.code);
  const std::string_view display = terminology::display_for(known, view_.languages);
  if (!display.empty()) out_.string("display", display);
  if (view_.include_designations) write_designations(known, display);
  if (!children_.empty() && !children_[position].empty()) write_list(children_[position]);
  out_.end_object();
}

void ExpansionWriter::write_code_extensions(const ListedCode& code) {
  const std::vector<Property> properties = properties_of(code);
  std::string_view carried = code.extensions;
  if (carried.empty() && code.id != terminology::k_no_concept)
    carried = code.code_system->extensions(code.id);
  if (properties.empty() && carried.empty()) return;
  out_.key("extension").begin_array();
  if (!carried.empty()) out_.raw(carried.substr(1, carried.size() - 2));  // without its brackets
  for (const Property& property : properties) write_property(property);
  out_.end_array();
}

void ExpansionWriter::write_property(const Property& property) {
  constexpr std::array<std::string_view, 7> k_types = {
      "valueCode",    "valueCoding",   "valueString", "valueInteger",
      "valueBoolean", "valueDateTime", "valueDecimal"};
  out_.begin_object().string("url", k_code_property).key("extension").begin_array();
  out_.begin_object().string("url", "code").string("valueCode", property.code).end_object();
  out_.begin_object().string("url", "value");
  const std::string_view type = k_types[static_cast<std::size_t>(property.type)];
  switch (property.type) {
    case PropertyType::coding:
      out_.key(type).begin_object();
      if (!property.system.empty()) out_.string("system", property.system);
      out_.string("code", property.value);
      if (!property.display.empty()) out_.string("display", property.display);
      out_.end_object();
      break;
    case PropertyType::integer:
    case PropertyType::boolean:
    case PropertyType::decimal:
      out_.raw(type, property.value);
      break;
    default:
      out_.string(type, property.value);
  }
  out_.end_object().end_array().end_object();
}

/// Those that are asked for, and those that are always shown.
std::vector<Property> ExpansionWriter::properties_of(const ListedCode& code) const {
  std::vector<Property> found;
  const auto is_wanted = [&](std::string_view name) {
    return std::find(view_.properties.begin(), view_.properties.end(), name) !=
               view_.properties.end() ||
           std::find(view_.properties.begin(), view_.properties.end(), "*") !=
               view_.properties.end();
  };
  const auto offer = [&](const Property& property) {
    if (property.value.empty()) return;
    if (is_wanted(property.code) || is_always_shown(uri_of(code, property.code), property))
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

KnownCode ExpansionWriter::known_of(const ListedCode& code) const {
  return {.system = code.code_system,
          .id = code.id,
          .listing = &code,
          .set_language = set_.info().language};
}

void ExpansionWriter::write_designations(const KnownCode& known, std::string_view display) {
  bool is_open = false;
  const auto write_one = [&](const Designation& designation) {
    if (!wants(designation)) return;
    if (!is_open) out_.key("designation").begin_array();
    is_open = true;
    out_.begin_object();
    if (!designation.extensions.empty()) out_.raw("extension", designation.extensions);
    if (!designation.language.empty()) out_.string("language", designation.language);
    if (!designation.use_code.empty()) {
      out_.key("use").begin_object();
      if (!designation.use_system.empty()) out_.string("system", designation.use_system);
      out_.string("code", designation.use_code);
      if (!designation.use_display.empty()) out_.string("display", designation.use_display);
      out_.end_object();
    }
    out_.string("value", designation.value).end_object();
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
  if (is_open) out_.end_array();
}

bool ExpansionWriter::wants(const Designation& designation) const {
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
