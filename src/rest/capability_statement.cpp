// https://hl7.org/fhir/R4/capabilitystatement.html
#include "src/rest/capability_statement.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "fhir/base/date_time.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"
#include "src/operations/operation.h"
#include "src/rest/met_requirements.h"
#include "src/rest/own_operations.h"
#include "src/rest/rest_operations.h"
#include "src/rest/router.h"
#include "src/rest/supported_profiles.h"
#include "src/search/modifier.h"
#include "src/search/special.h"

namespace server::rest {
namespace {

using fhir::json::Builder;

constexpr std::array<std::string_view, 9> k_type_names = {
    "number", "date", "string", "token", "reference", "composite", "quantity", "uri", "special"};

constexpr std::string_view k_integrity =
    "Transactional integrity: what is accepted is stored and given back as it was sent, but for "
    "id, "
    "meta.versionId and meta.lastUpdated, the links that a transaction resolves, a generated "
    "narrative that a patch makes untrue, and codings that this server is set to add. A "
    "transaction "
    "is done whole or not at all; updates, patches and deletions may be held to a version by "
    "If-Match. A Bundle of type history that is posted to the base is replayed from its oldest "
    "entry on.";

/// https://hl7.org/fhir/uv/bulkdata/STU2/CapabilityStatement-bulk-data.html
constexpr std::string_view k_bulk_data =
    "http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data";

std::string_view name_of(fhir::SearchParameterType type) {
  return k_type_names[static_cast<std::size_t>(type)];
}

/// Interactions of a level that the vocabulary knows, each once.
std::vector<std::string_view> interactions_of(std::initializer_list<Level> levels) {
  std::vector<std::string_view> out;
  for (const Route& route : routes()) {
    const bool is_named = !route.interaction.starts_with("conditional-") &&
                          !route.interaction.starts_with("async-") &&
                          route.interaction != "operation" && route.interaction != "capabilities";
    const bool fits = std::find(levels.begin(), levels.end(), route.level) != levels.end();
    if (is_named && fits && std::find(out.begin(), out.end(), route.interaction) == out.end())
      out.push_back(route.interaction);
  }
  return out;
}

void append_interactions(Builder& out, std::initializer_list<Level> levels) {
  out.key("interaction").begin_array();
  for (std::string_view code : interactions_of(levels)) {
    out.begin_object().string("code", code).end_object();
    if (code == "transaction") out.begin_object().string("code", "batch").end_object();
  }
  out.end_array();
}

bool has_route(std::string_view interaction) {
  return std::any_of(routes().begin(), routes().end(),
                     [&](const Route& route) { return route.interaction == interaction; });
}

/// Whether an operation belongs to the list of a type, or of the system when that is empty.
template <class Operation>
bool fits(const Operation& operation, std::string_view type) {
  constexpr unsigned k_below = operations::level_type | operations::level_instance;
  if (operation.definition.empty()) return false;
  if (type.empty())
    return operation.resource_type.empty() && (operation.levels & operations::level_system) != 0;
  return operation.resource_type == type ||
         (operation.resource_type.empty() && (operation.levels & k_below) != 0);
}

void append_operations(Builder& out, const Options& options, std::string_view type) {
  bool is_open = false;
  const auto append = [&](std::string_view name, std::string_view definition) {
    if (!is_open) out.key("operation").begin_array();
    is_open = true;
    out.begin_object().string("name", name).string("definition", definition).end_object();
  };
  for (const operations::Operation& operation : operations::all_operations()) {
    if (fits(operation, type)) append(operation.name, operation.definition);
  }
  for (const RestOperation& operation : rest_operations()) {
    const bool is_off = operation.name == "export" && !options.bulk_export;
    if (fits(operation, type) && !is_off) append(operation.name, operation.definition);
  }
  for (const OwnOperation& operation : own_operations(options, type))
    append(operation.name, operation.definition);
  if (is_open) out.end_array();
}

/// Whether R4 marks a resource type as normative (structuredefinition-standards-status; records are
/// kept without it).
bool is_normative(std::string_view type) {
  constexpr std::array<std::string_view, 11> k_normative = {"Binary",
                                                            "Bundle",
                                                            "CapabilityStatement",
                                                            "CodeSystem",
                                                            "Observation",
                                                            "OperationDefinition",
                                                            "OperationOutcome",
                                                            "Parameters",
                                                            "Patient",
                                                            "StructureDefinition",
                                                            "ValueSet"};
  return std::find(k_normative.begin(), k_normative.end(), type) != k_normative.end();
}

/// R4 has no elements for the modifiers and prefixes of a parameter here: they are told in words.
std::string documentation_of(const fhir::SearchParameter& parameter) {
  using fhir::SearchParameterType;
  std::string text(parameter.description);
  const auto add = [&](std::string_view word) {
    text.append(text.empty() ? "" : "\n").append(word);
  };
  const std::string modifiers = search::modifiers_of(parameter);
  if (!modifiers.empty()) add("Modifiers: " + modifiers);
  const SearchParameterType type = parameter.type;
  if (type == SearchParameterType::date || type == SearchParameterType::number ||
      type == SearchParameterType::quantity)
    add("Prefixes: eq, ne, gt, lt, ge, le, sa, eb, ap");
  if (type == SearchParameterType::reference) add("Chains, and _has from what it leads to");
  return text;
}

void append_search(Builder& out, const fhir::DefinitionStore& definitions, std::string_view type) {
  std::vector<const fhir::SearchParameter*> references;
  out.key("searchInclude").begin_array().string("*");
  for (const fhir::SearchParameter* parameter : definitions.search_parameters_of(type)) {
    if (parameter->type == fhir::SearchParameterType::reference)
      out.string(std::string(type) + ":" + std::string(parameter->code));
  }
  out.end_array();
  bool is_open = false;  // nothing leads to some types, and an array may not be empty
  for (std::string_view other : definitions.resource_types()) {
    for (const fhir::SearchParameter* parameter : definitions.search_parameters_of(other)) {
      const bool leads_here = parameter->type == fhir::SearchParameterType::reference &&
                              std::find(parameter->targets.begin(), parameter->targets.end(),
                                        type) != parameter->targets.end();
      if (!leads_here) continue;
      if (!is_open) out.key("searchRevInclude").begin_array();
      is_open = true;
      out.string(std::string(other) + ":" + std::string(parameter->code));
    }
  }
  if (is_open) out.end_array();
  out.key("searchParam").begin_array();
  for (const fhir::SearchParameter* parameter : definitions.search_parameters_of(type)) {
    if (!search::is_answered(*parameter)) continue;
    out.begin_object().string("name", parameter->code).string("definition", parameter->url);
    out.string("type", name_of(parameter->type));
    out.string("documentation", documentation_of(*parameter)).end_object();
  }
  out.end_array();
}

/// "Search parameters for searching all resources" that the loaded definitions do not hold.
void append_common_search(Builder& out) {
  constexpr std::array<std::array<std::string_view, 3>, 4> k_common = {{
      {"_filter", "http://hl7.org/fhir/SearchParameter/filter",
       "Conditions joined by and, or, not"},
      {"_has", "", "Reverse chains, `_has:Type:reference:parameter`, nested and within chains"},
      {"_list", "",
       "What a List holds, by its id or as `$current-problems`, `$current-medications`, "
       "`$current-allergies` or `$current-drug-allergies`"},
      {"_type", "", "The types that a search of the whole system or of a compartment is for"},
  }};
  out.key("searchParam").begin_array();
  for (const auto& [name, definition, documentation] : k_common) {
    out.begin_object().string("name", name);
    if (!definition.empty()) out.string("definition", definition);
    out.string("type", "special");
    out.string("documentation", documentation).end_object();
  }
  out.end_array();
}

void append_resource(Builder& out, const Options& options, const fhir::DefinitionStore& definitions,
                     std::string_view type, const std::set<std::string>& profiles) {
  out.begin_object().string("type", type);
  out.string("profile", definitions.type(type)->url);
  if (!profiles.empty()) {
    out.key("supportedProfile").begin_array();
    for (const std::string& canonical : profiles) out.string(canonical);
    out.end_array();
  }
  append_interactions(out, {Level::type, Level::instance});
  out.string("versioning", "versioned").boolean("readHistory", has_route("vread"));
  out.boolean("updateCreate", true).boolean("conditionalCreate", true);
  out.string("conditionalRead", "full-support");
  out.boolean("conditionalUpdate", has_route("conditional-update"));
  out.string("conditionalDelete",
             has_route("conditional-delete")
                 ? (options.conditional_delete_multiple ? "multiple" : "single")
                 : "not-supported");
  out.key("referencePolicy").begin_array().string("literal").string("local");
  if (options.check_references_on_write) out.string("enforced");
  out.end_array();
  append_search(out, definitions, type);
  append_operations(out, options, type);
  out.end_object();
}

/// https://hl7.org/fhir/smart-app-launch/1.0.0/conformance/index.html#declaring-support-for-oauth2-endpoints
void append_security(Builder& out, const Options& options) {
  if (options.oauth_uris.empty() && options.cors_origins.empty()) return;
  out.key("security").begin_object();
  if (!options.oauth_uris.empty()) {
    out.key("extension").begin_array().begin_object();
    out.key("extension").begin_array();
    for (const auto& [name, url] : options.oauth_uris)
      out.begin_object().string("url", name).string("valueUri", url).end_object();
    out.end_array();
    out.string("url", "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris");
    out.end_object().end_array();
  }
  out.boolean("cors", !options.cors_origins.empty());
  if (!options.oauth_uris.empty()) {
    out.key("service").begin_array().begin_object().key("coding").begin_array().begin_object();
    out.string("system", "http://terminology.hl7.org/CodeSystem/restful-security-service");
    out.string("code", "SMART-on-FHIR").string("display", "SMART-on-FHIR").end_object().end_array();
    out.string("text", "OAuth2 using SMART-on-FHIR profile (see http://docs.smarthealthit.org)");
    out.end_object().end_array();
  }
  out.end_object();
}

/// What runs, as CapabilityStatement.rest tells it.
std::string rest_of(const Options& options, const fhir::DefinitionStore& definitions,
                    Portion portion) {
  std::string text;
  Builder out(text);
  out.begin_object().string("mode", "server");
  // "systems SHOULD clearly document how transaction integrity is handled"
  out.string("documentation", k_integrity);
  append_security(out, options);
  out.key("resource").begin_array();
  auto profiles = supported_profiles(definitions);
  for (std::string_view type : definitions.resource_types()) {
    if (portion == Portion::all || is_normative(type))
      append_resource(out, options, definitions, type, profiles[std::string(type)]);
  }
  out.end_array();
  append_interactions(out, {Level::system});
  append_common_search(out);
  append_operations(out, options, "");
  out.end_object();
  return text;
}

/// "an implementation of the requirements … in the referenced capability statement"
void append_instantiates(Builder& out, const Options& options,
                         const fhir::DefinitionStore& definitions, const fhir::json::Value& rest) {
  std::vector<std::string> met = met_requirements(definitions, rest);
  // Its package need not be installed: what it asks for is all built in.
  const bool is_told = std::any_of(met.begin(), met.end(), [](const std::string& canonical) {
    return canonical.starts_with(k_bulk_data);
  });
  if (options.bulk_export && !is_told) met.emplace_back(k_bulk_data);
  if (!met.empty()) {
    out.key("instantiates").begin_array();
    for (const std::string& canonical : met) out.string(canonical);
    out.end_array();
  }
}

void append_guides(Builder& out, const fhir::DefinitionStore& definitions) {
  std::set<std::string> guides;
  for (const fhir::ConformanceRecord& record : definitions.records("ImplementationGuide")) {
    if (record.url.empty()) continue;
    guides.insert(std::string(record.url) +
                  (record.version.empty() ? "" : "|" + std::string(record.version)));
  }
  if (guides.empty()) return;
  out.key("implementationGuide").begin_array();
  for (const std::string& canonical : guides) out.string(canonical);
  out.end_array();
}

}  // namespace

std::string capability_statement(const Options& options, const fhir::DefinitionStore& definitions,
                                 std::int64_t date, Portion portion) {
  const std::string rest_text = rest_of(options, definitions, portion);
  const auto rest = fhir::json::Document::read(rest_text);
  std::string text;
  Builder out(text);
  out.begin_object().string("resourceType", "CapabilityStatement").string("id", "medisync");
  out.string("url", options.base_url + "/metadata").string("version", MEDISYNC_VERSION);
  out.string("name", "MediSync")
      .string("title", "MediSync FHIR R4 server")
      .string("status", "active");
  out.string("date", fhir::format_instant(date)).string("publisher", "MediSync");
  out.string("description", "What this server does, as it runs").string("kind", "instance");
  append_instantiates(out, options, definitions, rest->root());
  out.key("software")
      .begin_object()
      .string("name", "MediSync")
      .string("version", MEDISYNC_VERSION)
      .end_object();
  out.key("implementation").begin_object();
  out.string("description", "MediSync FHIR R4 server").string("url", options.base_url).end_object();
  out.string("fhirVersion", "4.0.1");
  out.key("format").begin_array().string("application/fhir+json").string("application/fhir+xml");
  out.string("json").string("xml").end_array();
  out.key("patchFormat").begin_array().string("application/json-patch+json");
  out.string("application/xml-patch+xml").string("application/fhir+json");
  out.string("application/fhir+xml").end_array();
  append_guides(out, definitions);
  out.key("rest").begin_array().value(rest->root()).end_array().end_object();
  return text;
}

}  // namespace server::rest
