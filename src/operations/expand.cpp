// https://hl7.org/fhir/R4/valueset-operation-expand.html
#include "src/operations/expand.h"

#include <array>
#include <vector>

#include "src/operations/expansion_writer.h"
#include "src/operations/terminology_subject.h"
#include "src/operations/tx_request.h"
#include "terminology/expand.h"

namespace server::operations {
namespace {

using fhir::json::Builder;
using fhir::json::Value;
using terminology::ExpandOptions;
using terminology::ValueSet;

fhir::Result<ExpandOptions> options_of(const Parameters& parameters, const ValueSet& set) {
  FHIR_TRY(offset, parameters.count("offset"));
  FHIR_TRY(count, parameters.count("count"));
  FHIR_TRY(active_only, parameters.boolean("activeOnly", false));
  FHIR_TRY(exclude_nested, parameters.boolean("excludeNested", false));
  FHIR_TRY(exclude_not_for_ui, parameters.boolean("excludeNotForUI", false));
  FHIR_CHECK(parameters.boolean("excludePostCoordinated", false));  // no list holds any
  ExpandOptions options{
      .text = parameters.text("filter"),
      .offset = offset.value_or(0),
      .count = count,
      .active_only = active_only,
      .exclude_not_for_ui = exclude_not_for_ui,
      .layout = exclude_nested ? terminology::Layout::flat : terminology::Layout::nested,
      .excluded_systems = parameters.texts("exclude-system")};
  std::string_view match = parameters.text("versionsMatch");
  if (match.empty()) match = set_parameter(set, "versionsMatch");
  if (!match.empty()) options.versions_match = match == "true";
  return options;
}

fhir::Result<ExpansionView> view_of(const Invocation& invocation, const Parameters& parameters,
                                    const ValueSet& set) {
  FHIR_TRY(include_designations, parameters.boolean("includeDesignations", false));
  ExpansionView view;
  view.designations = parameters.texts("designation");
  view.include_designations = include_designations || !view.designations.empty();
  view.properties = parameters.texts("property");
  view.languages = languages_of(invocation, parameters, &set);
  return view;
}

/// What identifies the value set; its definition only when it is asked for.
void write_head(const Value* resource, const ValueSet& set, bool with_definition, Builder& out) {
  constexpr std::array<std::string_view, 9> k_members = {"language",     "url",  "identifier",
                                                         "version",      "name", "title",
                                                         "experimental", "date", "status"};
  if (resource == nullptr) {
    const terminology::ValueSetInfo& info = set.info();
    for (const auto& [name, text] : {std::pair{"url", info.url},
                                     {"version", info.version},
                                     {"name", info.name},
                                     {"title", info.title},
                                     {"status", info.status}}) {
      if (!text.empty()) out.string(name, text);
    }
    return;
  }
  for (std::string_view name : k_members) {
    if (const Value* member = resource->find(name)) out.key(name).value(*member);
  }
  if (resource->find("status") == nullptr) out.string("status", "unknown");
  const Value* compose = with_definition ? resource->find("compose") : nullptr;
  if (compose == nullptr) return;
  if (const Value* contained = resource->find("contained")) out.key("contained").value(*contained);
  out.key("compose").value(*compose);
}

}  // namespace

fhir::Result<std::string> expand(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  FHIR_TRY(include_definition, parameters.boolean("includeDefinition", false));
  FHIR_TRY(scope, scope_of(invocation, parameters));
  FHIR_TRY(subject, set_subject_of(invocation, parameters, *scope));
  FHIR_TRY(options, options_of(parameters, subject.set()));
  options.rules = &scope->rules();
  options.codes_max = invocation.services->expansion_codes_max;
  FHIR_TRY(view, view_of(invocation, parameters, subject.set()));
  FHIR_TRY(expansion, terminology::expand(subject.set(), options));
  std::string text;
  Builder out(text);
  out.begin_object().string("resourceType", "ValueSet");
  write_head(subject.resource(), subject.set(), include_definition, out);
  out.key("expansion");
  ExpansionWriter(*scope, subject.set(), expansion, options, view, parameters, out).write();
  out.end_object();
  return text;
}

}  // namespace server::operations
