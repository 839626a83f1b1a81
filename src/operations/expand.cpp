// https://hl7.org/fhir/R4/valueset-operation-expand.html
#include "src/operations/expand.h"

#include <array>
#include <memory>
#include <utility>

#include "src/operations/expansion_source.h"
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

}  // namespace

/// What identifies the value set; its definition only when it is asked for.
void write_head(const ExpandRequest& request, Builder& out) {
  constexpr std::array<std::string_view, 9> k_members = {"language",     "url",  "identifier",
                                                         "version",      "name", "title",
                                                         "experimental", "date", "status"};
  out.begin_object().string("resourceType", "ValueSet");
  const Value* resource = request.subject.resource();
  if (resource == nullptr) {
    const terminology::ValueSetInfo& info = request.subject.set().info();
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
  const Value* compose = request.include_definition ? resource->find("compose") : nullptr;
  if (compose == nullptr) return;
  if (const Value* contained = resource->find("contained")) out.key("contained").value(*contained);
  out.key("compose").value(*compose);
}

namespace {

/// Answers with fewer codes are made at once: one piece would hold them.
constexpr std::size_t k_pieces_codes_min = 1000;

fhir::Result<std::unique_ptr<const ExpandRequest>> read_request(const Invocation& invocation) {
  auto request = std::make_unique<ExpandRequest>(invocation);
  const Parameters& parameters = request->parameters;
  FHIR_TRY(include_definition, parameters.boolean("includeDefinition", false));
  request->include_definition = include_definition;
  FHIR_TRY(scope, scope_of(invocation, parameters));
  request->scope = std::move(scope);
  FHIR_TRY(subject, set_subject_of(invocation, parameters, *request->scope));
  request->subject = std::move(subject);
  FHIR_TRY(options, options_of(parameters, request->subject.set()));
  request->options = std::move(options);
  request->options.rules = &request->scope->rules();
  request->options.codes_max = invocation.services->expansion_codes_max;
  FHIR_TRY(view, view_of(invocation, parameters, request->subject.set()));
  request->view = std::move(view);
  return std::unique_ptr<const ExpandRequest>(std::move(request));
}

fhir::Result<std::string> whole(const ExpandRequest& request) {
  FHIR_TRY(expansion, terminology::expand(request.subject.set(), request.options));
  const ExpansionFacts facts{expansion.total, expansion.is_complete, expansion.crossed_versions};
  std::string text;
  Builder out(text);
  write_head(request, out);
  out.key("expansion");
  ExpansionWriter(*request.scope, request.subject.set(), facts, request.options, request.view,
                  request.parameters)
      .write(expansion.codes, out);
  out.end_object();
  return text;
}

}  // namespace

fhir::Result<std::string> expand(const Invocation& invocation) {
  FHIR_TRY(request, read_request(invocation));
  return whole(*request);
}

fhir::Result<Reply> expand_in_pieces(const Invocation& invocation) {
  FHIR_TRY(request, read_request(invocation));
  auto concepts = terminology::expand_concepts(request->subject.set(), request->options);
  if (concepts && concepts->ids.size() >= k_pieces_codes_min &&
      concepts->ids.size() <= invocation.services->streamed_codes_max) {
    FHIR_TRY(source, expansion_source(std::move(request), *std::move(concepts)));
    return Reply{{}, std::move(source)};
  }
  FHIR_TRY(text, whole(*request));
  return Reply{std::move(text), nullptr};
}

}  // namespace server::operations
