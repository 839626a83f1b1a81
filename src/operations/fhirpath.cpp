// https://github.com/brianpos/fhirpath-lab/blob/develop/server-api.md
#include "src/operations/fhirpath.h"

#include <chrono>

#include "fhir/fhirpath/parse_tree.h"
#include "fhir/model/xml_reader.h"
#include "src/operations/fhirpath_parts.h"
#include "src/operations/fhirpath_run.h"
#include "src/operations/outcome.h"
#include "src/operations/parameters.h"
#include "terminology/terminology.h"

namespace server::operations {
namespace {

using fhir::Result;
using fhir::json::Builder;
using fhir::json::Document;
using fhir::json::Value;

/// The resource asked about, and the document that it was read into where it came as text.
struct Subject {
  std::optional<Document> read;
  const Value* resource = nullptr;
};

/// The text of an extension by which the resource may come, empty without.
std::string_view text_in(const Value& parameter, std::string_view url) {
  const Value* extensions = parameter.find("extension");
  if (extensions == nullptr) return {};
  for (const Value& extension : extensions->items()) {
    if (extension.string_at("url") == url) return extension.string_at("valueString");
  }
  return {};
}

Result<Subject> subject_of(const Parameters& parameters, const fhir::DefinitionStore& definitions) {
  Subject subject;
  const Value* parameter = parameters.first("resource");
  if (parameter != nullptr) subject.resource = parameter->find("resource");
  if (subject.resource != nullptr) return subject;
  std::string_view json = "{}";
  if (parameter != nullptr) {
    if (const std::string_view xml = text_in(*parameter, k_xml_value); !xml.empty()) {
      FHIR_TRY(document, fhir::read_xml(std::string(xml), definitions));
      subject.read.emplace(std::move(document));
    } else if (const std::string_view given = text_in(*parameter, k_json_value); !given.empty()) {
      json = given;
    }
  }
  if (!subject.read) {
    FHIR_TRY(document, Document::read(std::string(json)));
    subject.read.emplace(std::move(document));
  }
  subject.resource = &subject.read->root();
  return subject;
}

/// The value[x] or resource of a variable, with the type that its name tells.
fhir::fhirpath::Variable variable_of(const Value& part, const fhir::DefinitionStore& definitions) {
  fhir::fhirpath::Variable variable{std::string(part.string_at("name")), {}};
  for (const fhir::json::Member& member : part.members()) {
    if (member.name() == "resource") variable.items = items_of(member.value, definitions);
    if (!member.name().starts_with("value") || member.name().size() < 6) continue;
    std::string type(member.name().substr(5));
    if (definitions.type(type) == nullptr) type[0] = static_cast<char>(type[0] | 0x20);
    variable.items.push(fhir::fhirpath::Item(
        fhir::Element{&member.value, nullptr, nullptr, definitions.type(type)}));
  }
  return variable;
}

/// The part `parameters`: what was asked, by whom it was answered, and how it was understood.
void write_asked(Builder& out, const Parameters& parameters, const FhirpathInput& input,
                 const fhir::fhirpath::Expression& expression,
                 const fhir::fhirpath::Analysis& analysis) {
  auto text = [&](std::string_view name, std::string_view value) {
    out.begin_object().string("name", name).string("valueString", value).end_object();
  };
  out.begin_object().string("name", "parameters").key("part").begin_array();
  text("evaluator", "MediSync " MEDISYNC_VERSION " (R4)");
  text("expectedReturnType", analysis.result_type);
  text("parseDebugTree", fhir::fhirpath::parse_tree_json(expression));
  text("expression", input.expression);
  if (!input.context.empty()) text("context", input.context);
  for (std::string_view name : {"resource", "variables"}) {
    if (const Value* given = parameters.first(name)) out.value(*given);
  }
  if (!analysis.issues.empty())
    out.begin_object()
        .string("name", "debugOutcome")
        .raw("resource", outcome_json(analysis.issues))
        .end_object();
  out.end_array().end_object();
}

void write_result(Builder& out, const FhirpathOutput& result, fhir::fhirpath::ElementPaths& paths,
                  const fhir::DefinitionStore& definitions) {
  out.begin_object().string("name", "result");
  if (!result.context_path.empty()) out.string("valueString", result.context_path);
  if (!result.items.empty() || !result.traces.empty()) {
    out.key("part").begin_array();
    for (const auto& item : result.items) write_item_part(out, item, paths, definitions);
    for (const FhirpathTrace& trace : result.traces) {
      out.begin_object().string("name", "trace").string("valueString", trace.name);
      if (!trace.items.empty()) {
        out.key("part").begin_array();
        for (const auto& item : trace.items) write_item_part(out, item, paths, definitions);
        out.end_array();
      }
      out.end_object();
    }
    out.end_array();
  }
  out.end_object();
}

/// The type that the expression starts from, null where that cannot be told before.
Result<const fhir::TypeSchema*> context_type(FhirpathRunner& runner, const FhirpathInput& input,
                                             const fhir::DefinitionStore& definitions) {
  if (input.context.empty()) return input.resource.type;
  FHIR_TRY(context, runner.compiled(input.context));
  return analyze(*context, definitions,
                 {.context = input.resource.type, .variables = input.variables})
      .type;
}

}  // namespace

Result<std::string> fhirpath(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  const fhir::DefinitionStore& definitions = *invocation.services->definitions;
  FhirpathInput input;
  input.expression = parameters.text("expression");
  input.context = parameters.text("context");
  if (input.expression.empty())
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::required, "$fhirpath needs the parameter expression"));
  FHIR_TRY(subject, subject_of(parameters, definitions));
  input.resource = root_element(*subject.resource, definitions);
  input.is_checked = false;  // what analysis finds is told beside the result, as the others do
  if (const Value* variables = parameters.first("variables")) {
    if (const Value* parts = variables->find("part")) {
      for (const Value& part : parts->items())
        input.variables.push_back(variable_of(part, definitions));
    }
  }
  input.now_utc_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
  input.document = subject.read ? &*subject.read : invocation.parameters;
  const fhir::validation::Validator* validator = invocation.services->validator.get();
  FhirpathRunner runner(definitions, invocation.services->terminology.get(),
                        [validator] { return validator; });
  FHIR_TRY(expression, runner.compiled(input.expression));
  FHIR_TRY(type, context_type(runner, input, definitions));
  const auto analysis =
      analyze(*expression, definitions,
              {.context = type, .resource = input.resource.type, .variables = input.variables});
  FHIR_TRY(outputs, runner.run(input));
  std::string text;
  Builder out(text);
  out.begin_object().string("resourceType", "Parameters").string("id", "fhirpath");
  out.key("parameter").begin_array();
  write_asked(out, parameters, input, *expression, analysis);
  fhir::fhirpath::ElementPaths paths(input.resource);
  for (const FhirpathOutput& output : outputs) write_result(out, output, paths, definitions);
  out.end_array().end_object();
  return text;
}

}  // namespace server::operations
