// https://hl7.org/fhir/R4/operationoutcome.html
#include "src/operations/outcome.h"

#include "fhir/formats/json_writer.h"

namespace server::operations {
namespace {

/// What a terminology operation found, in the codes that its clients read.
void write_details(const fhir::Issue& issue, fhir::json::Builder& out) {
  out.key("details").begin_object();
  if (!issue.tx_code.empty()) {
    out.key("coding").begin_array().begin_object();
    out.string("system", "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type");
    out.string("code", issue.tx_code).end_object().end_array();
  }
  out.string("text", issue.diagnostics).end_object();
}

enum class Style : std::uint8_t { general, terminology };

std::string written(std::span<const fhir::Issue> issues, Style style) {
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("resourceType", "OperationOutcome").key("issue").begin_array();
  for (const fhir::Issue& issue : issues) {
    out.begin_object();
    if (!issue.message_id.empty()) {
      out.key("extension").begin_array().begin_object();
      out.string("url", "http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id");
      out.string("valueString", issue.message_id).end_object().end_array();
    } else if (issue.line != 0) {
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
    const bool is_in_details = !issue.message_id.empty() || style == Style::terminology;
    if (is_in_details) {
      write_details(issue, out);
    } else if (!issue.rule.empty()) {
      out.key("details").begin_object().string("text", issue.rule).end_object();
    }
    if (!issue.diagnostics.empty() && style == Style::general)
      out.string("diagnostics", issue.diagnostics);
    if (is_in_details && !issue.expression.empty()) {
      // Validators that are older than R4 look for it here.
      out.key("location").begin_array().string(issue.expression).end_array();
    } else if (issue.line != 0) {
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

}  // namespace

std::string outcome_json(std::span<const fhir::Issue> issues) {
  return written(issues, Style::general);
}

std::string issues_json(std::span<const fhir::Issue> issues) {
  return written(issues, Style::terminology);
}

}  // namespace server::operations
