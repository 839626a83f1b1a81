// medisync fhirpath --ndjson: a request and an answer per line.
#include <string>

#include "fhir/model/xml_reader.h"
#include "src/cli/fhirpath.h"

namespace server::cli {
namespace {

using fhir::json::Document;
using fhir::json::Value;
using operations::FhirpathInput;

fhir::Issue bad_request(std::string diagnostics) {
  return fhir::make_issue(fhir::IssueType::invalid, std::move(diagnostics));
}

enum class Line : std::uint8_t { read, too_long, end };

/// One line without its end. What passes the limit of a document is read to its end and dropped.
Line read_line(std::FILE* in, std::string& line) {
  line.clear();
  bool is_too_long = false;
  for (int c = getc_unlocked(in);; c = getc_unlocked(in)) {
    if (c == EOF && line.empty() && !is_too_long) return Line::end;
    if (c == EOF || c == '\n') return is_too_long ? Line::too_long : Line::read;
    if (line.size() >= fhir::k_json_bytes_max) is_too_long = true;
    if (!is_too_long) line += static_cast<char>(c);
  }
}

/// What a line asks, and the documents that it points into.
struct Request {
  std::optional<Document> line;
  std::optional<Document> xml;
  FhirpathInput input;

  fhir::Result<void> read(std::string text, const fhir::DefinitionStore& definitions);

 private:
  fhir::Result<void> read_resource(const Value& resource, const fhir::DefinitionStore& definitions);
  fhir::Result<void> read_options(const Value& root);
};

fhir::Result<void> Request::read_resource(const Value& resource,
                                          const fhir::DefinitionStore& definitions) {
  if (!resource.is_string()) {
    input.resource = root_element(resource, definitions);
    input.document = &*line;
    return {};
  }
  const std::size_t first = resource.string().find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || resource.string()[first] != '<')
    return fhir::unexpected(bad_request("resource is JSON, or a string of XML"));
  auto read = fhir::read_xml(std::string(resource.string()), definitions);
  if (!read) return fhir::unexpected(read.error());
  xml.emplace(*std::move(read));
  input.resource = root_element(xml->root(), definitions);
  input.document = &*xml;
  return {};
}

fhir::Result<void> Request::read_options(const Value& root) {
  if (const Value* context = root.find("context"); context != nullptr && !context->is_null()) {
    if (!context->is_string())
      return fhir::unexpected(bad_request("context is a string: an expression"));
    input.context = context->string();
  }
  if (const Value* zone = root.find("zone")) {
    const auto minutes = zone_minutes(zone->string());
    if (!minutes) return fhir::unexpected(bad_request("zone is written as +11:00 or Z"));
    input.offset_minutes = *minutes;
  }
  if (const Value* lenient = root.find("lenient"))
    input.is_checked = lenient->kind() != fhir::json::Kind::true_;
  return {};
}

fhir::Result<void> Request::read(std::string text, const fhir::DefinitionStore& definitions) {
  auto document = Document::read(std::move(text));
  if (!document) return fhir::unexpected(document.error());
  line.emplace(*std::move(document));
  const Value& root = line->root();
  const Value* expression = root.find("expression");
  if (expression == nullptr || !expression->is_string())
    return fhir::unexpected(bad_request("A line is an object with expression and resource"));
  input.expression = expression->string();
  FHIR_CHECK(read_options(root));
  static const Document k_nothing = *Document::read("{}");
  input.resource = root_element(k_nothing.root(), definitions);
  if (const Value* resource = root.find("resource"); resource != nullptr && !resource->is_null())
    FHIR_CHECK(read_resource(*resource, definitions));
  const Value* variables = root.find("variables");
  if (variables == nullptr || variables->is_null()) return {};
  if (!variables->is_object())
    return fhir::unexpected(bad_request("variables is an object of names and values"));
  for (const fhir::json::Member& member : variables->members())
    input.variables.push_back(
        {std::string(member.name()), operations::items_of(member.value, definitions)});
  return {};
}

void write_error(fhir::json::Builder& out, const fhir::Issue& issue) {
  out.begin_object().key("error").begin_object().string("code", error_code(issue));
  out.string("message", issue.diagnostics);
  if (issue.line != 0) out.number("line", issue.line).number("column", issue.column);
  out.end_object().end_object();
}

}  // namespace

int fhirpath_lines(operations::FhirpathRunner& runner, const FhirpathInput& defaults,
                   const fhir::DefinitionStore& definitions, std::FILE* in, std::FILE* out) {
  std::string text;
  for (Line line = read_line(in, text); line != Line::end; line = read_line(in, text)) {
    if (line == Line::read && text.find_first_not_of(" \t\r") == std::string::npos) continue;
    std::string answer;
    fhir::json::Builder builder(answer);
    Request request;
    request.input = defaults;
    const auto is_read =
        line == Line::read
            ? request.read(std::move(text), definitions)
            : fhir::Result<void>(fhir::unexpected(bad_request("A line is too long")));
    if (!is_read) {
      write_error(builder, is_read.error());
    } else if (const auto outputs = runner.run(request.input)) {
      builder.begin_object();
      write_results(builder, *outputs, request.input.resource);
      builder.end_object();
    } else {
      write_error(builder, outputs.error());
    }
    answer += '\n';
    std::fwrite(answer.data(), 1, answer.size(), out);
    std::fflush(out);
  }
  return 0;
}

}  // namespace server::cli
