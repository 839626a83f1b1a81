// https://hl7.org/fhir/R4/operationoutcome.html
#include "src/operations/outcome.h"

#include "fhir/formats/json_writer.h"

namespace server::operations {

std::string outcome_json(std::span<const fhir::Issue> issues) {
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("resourceType", "OperationOutcome").key("issue").begin_array();
  for (const fhir::Issue& issue : issues) {
    out.begin_object();
    if (issue.line != 0) {
      // As the reference validator places them: the element's line and column in the body.
      out.key("extension").begin_array();
      auto place = [&](std::string_view name, std::uint32_t number) {
        out.begin_object()
            .string("url", "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-" +
                               std::string(name))
            .number("valueInteger", number)
            .end_object();
      };
      place("line", issue.line);
      place("col", issue.column);
      out.end_array();
    }
    out.string("severity", fhir::code_of(issue.severity)).string("code", fhir::code_of(issue.type));
    if (!issue.rule.empty())
      out.key("details").begin_object().string("text", issue.rule).end_object();
    if (!issue.diagnostics.empty()) out.string("diagnostics", issue.diagnostics);
    if (issue.line != 0) {
      out.key("location").begin_array();
      out.string("Line[" + std::to_string(issue.line) + "] Col[" + std::to_string(issue.column) +
                 "]");
      out.end_array();
    }
    if (!issue.expression.empty())
      out.key("expression").begin_array().string(issue.expression).end_array();
    out.end_object();
  }
  out.end_array().end_object();
  return text;
}

}  // namespace server::operations
