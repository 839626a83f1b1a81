#include "terminology/implied_json.h"

#include <algorithm>
#include <array>
#include <map>

#include "fhir/base/date_time.h"
#include "fhir/formats/json_writer.h"
#include "terminology/implicit_value_set.h"
#include "terminology/systems.h"
#include "terminology/translate.h"

namespace terminology {
namespace {

using fhir::json::Builder;

constexpr ConceptId k_examined_max = 1'000;  // concepts, for the properties that there are

/// Up to the meta.
Builder& begin(Builder& out, const Implied& implied, bool is_whole) {
  out.begin_object().string("resourceType", implied.type).string("id", implied.id);
  out.key("meta").begin_object();
  out.string("versionId", std::to_string(implied.loaded / 1000));
  out.string("lastUpdated", fhir::format_instant(implied.loaded));
  if (!is_whole) {
    out.key("tag").begin_array().begin_object();
    out.string("system", "http://terminology.hl7.org/CodeSystem/v3-ObservationValue");
    out.string("code", "SUBSETTED").end_object().end_array();
  }
  return out.end_object();
}

/// What every canonical resource says of itself.
void write_about(Builder& out, const Implied& implied, std::string_view title) {
  const release::ReleaseCodeSystem& system = *implied.release;
  out.string("url", implied.url);
  if (!implied.version.empty()) out.string("version", implied.version);
  std::string name(system.info().name);
  if (implied.map != nullptr) {  // "usable by machine processing applications"
    name += '_';
    for (char c : implied.url.substr(implied.url.find('=') + 1)) name += c == '-' ? '_' : c;
  }
  if (!name.empty()) out.string("name", name);
  if (!title.empty()) out.string("title", title);
  out.string("status", "active").boolean("experimental", false);
  if (!system.release().notice.empty()) out.string("copyright", system.release().notice);
}

std::string_view code_of(PropertyType type) {
  constexpr std::array<std::string_view, 7> k_codes = {"code",    "Coding",   "string", "integer",
                                                       "boolean", "dateTime", "decimal"};
  return k_codes[static_cast<std::size_t>(type)];
}

void write_properties(Builder& out, const release::ReleaseCodeSystem& system) {
  std::map<std::string_view, PropertyType> types;
  for (ConceptId id = 0; id < std::min(system.size(), k_examined_max); ++id) {
    for (const Property& property : system.properties(id))
      types.emplace(property.code, property.type);
  }
  if (types.empty()) return;
  out.key("property").begin_array();
  for (const auto& [code, type] : types) {
    out.begin_object().string("code", code);
    if (const auto uri = system.property_uri(code); !uri.empty()) out.string("uri", uri);
    out.string("type", code_of(type)).end_object();
  }
  out.end_array();
}

void write_filter(Builder& out, std::string_view code, std::string_view description,
                  std::initializer_list<std::string_view> operators, std::string_view value) {
  out.begin_object().string("code", code).string("description", description);
  out.key("operator").begin_array();
  for (std::string_view one : operators) out.string(one);
  out.end_array().string("value", value).end_object();
}

void write_filters(Builder& out, const release::ReleaseCodeSystem& system) {
  const bool is_snomed = system.info().url == k_snomed_url;
  if (!is_snomed && !system.info().hierarchy_is_subsumption) return;
  out.key("filter").begin_array();
  if (is_snomed) {
    write_filter(out, "concept", "By the hierarchy, or a reference set",
                 {"is-a", "descendent-of", "in"}, "A concept");
    write_filter(out, "constraint", "What an expression constraint has", {"="}, "ECL 2.2");
  } else {
    write_filter(out, "concept", "By the hierarchy", {"is-a", "descendent-of"}, "A code");
  }
  out.end_array();
}

void write_target(Builder& out, const TranslateMatch& match) {
  out.begin_object();
  if (!match.code.empty()) out.string("code", match.code);
  if (!match.display.empty()) out.string("display", match.display);
  out.string("equivalence", match.equivalence);
  if (!match.comment.empty()) out.string("comment", match.comment);
  out.end_object();
}

}  // namespace

std::string code_system_json(const Implied& implied) {
  const release::ReleaseCodeSystem& system = *implied.release;
  std::string text;
  Builder out(text);
  begin(out, implied, true);
  if (!system.info().language.empty()) out.string("language", system.info().language);
  write_about(out, implied, system.info().title);
  out.boolean("caseSensitive", system.info().is_case_sensitive);
  out.string("valueSet", all_codes_url(implied.url));
  if (system.info().hierarchy_is_subsumption) out.string("hierarchyMeaning", "is-a");
  out.boolean("compositional", false);
  out.string("content", "not-present").number("count", system.size());
  write_filters(out, system);
  write_properties(out, system);
  out.end_object();
  return text;
}

std::string concept_map_json(const Implied& implied) {
  const ConceptMap& map = *implied.map;
  const MapGroup& group = map.groups().front();
  const auto sources = map.implicit()->first_sources(k_implied_elements_max + 1);
  // RxNorm leads from more codes to a target than from those that share a concept with one.
  const bool is_whole =
      sources.size() <= k_implied_elements_max && implied.release->release().kind != "rxnorm";
  std::string text;
  Builder out(text);
  begin(out, implied, is_whole);
  write_about(out, implied, map.title());
  out.string("sourceUri", map.source_value_set()).string("targetUri", map.target_value_set());
  if (sources.empty()) {
    out.end_object();
    return text;
  }
  out.key("group").begin_array().begin_object().string("source", group.source);
  if (group.source == implied.release->info().url && !implied.version.empty())
    out.string("sourceVersion", implied.version);
  out.string("target", group.target);
  if (group.target == implied.release->info().url && !implied.version.empty())
    out.string("targetVersion", implied.version);
  out.key("element").begin_array();
  for (std::size_t i = 0; i < std::min(sources.size(), k_implied_elements_max); ++i) {
    TranslateQuestion question;
    question.coding.system = group.source;
    question.coding.code = sources[i];
    std::vector<TranslateMatch> matches;
    map.implicit()->translate(question, matches);
    out.begin_object().string("code", sources[i]);
    if (!matches.empty()) {
      out.key("target").begin_array();
      for (const TranslateMatch& match : matches) write_target(out, match);
      out.end_array();
    }
    out.end_object();
  }
  out.end_array().end_object().end_array().end_object();
  return text;
}

std::string value_set_json(const Implied& implied, std::string_view body) {
  std::string text;
  Builder out(text);
  begin(out, implied, true);
  const std::size_t comma = body.find(',');  // behind the resourceType
  return comma == std::string_view::npos ? std::string() : text.append(body.substr(comma));
}

}  // namespace terminology
