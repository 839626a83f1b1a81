// https://hl7.org/fhir/R4/http.html#create https://hl7.org/fhir/R4/http.html#update
#include "src/rest/resource_input.h"

#include "fhir/formats/json_writer.h"
#include "fhir/model/faulty_json.h"
#include "fhir/model/xml_reader.h"
#include "src/rest/answer.h"
#include "src/rest/base64.h"
#include "src/rest/parameter_name.h"
#include "src/rest/referential.h"
#include "src/rest/stored_body.h"

namespace server::rest {
namespace {

fhir::Issue placed(fhir::Issue issue, const fhir::json::Document& document,
                   const fhir::json::Value& value) {
  const fhir::json::Position position = document.position(value.offset());
  issue.line = position.line;
  issue.column = position.column;
  return issue;
}

std::string_view content_name(Format format) {
  const std::string_view type = content_type_of(format);
  return type.substr(0, type.find(';'));
}

fhir::Issue no_body() {
  return fhir::make_issue(fhir::IssueType::structure, "The request has no body");
}

/// faults   gets what the reading goes on after; null: it goes on after nothing
fhir::Result<fhir::json::Document, Failure> read_text(const Call& call, Format format,
                                                      std::string text, fhir::IssueSink* faults) {
  const fhir::DefinitionStore& definitions = call.snapshot->definitions();
  if (format == Format::xml) {
    fhir::XmlReadOptions options;
    options.depth_max = call.options->body_depth_max;
    options.faults = faults;
    REST_TRY(document, fhir::read_xml(text, definitions, options));
    return std::move(document);
  }
  fhir::json::ReadOptions options;
  options.depth_max = call.options->body_depth_max;
  REST_TRY(document, faults == nullptr
                         ? fhir::json::Document::read(std::move(text), options)
                         : fhir::read_faulty_json(std::move(text), definitions, options, *faults));
  return std::move(document);
}

/// A Binary around the bytes that were sent.
fhir::Result<fhir::json::Document, Failure> binary_of(const Call& call) {
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("resourceType", "Binary");
  if (!call.id.empty()) out.string("id", call.id);
  out.string("contentType", call.headers->get("Content-Type"));
  // "the X-Security-Context HTTP header … SHALL be the reference of Binary.securityContext"
  if (const std::string_view context = call.headers->get("X-Security-Context"); !context.empty())
    out.key("securityContext").begin_object().string("reference", context).end_object();
  out.string("data", to_base64(call.body)).end_object();
  return read_resource_text(call, Format::json, std::move(text));
}

}  // namespace

fhir::Result<fhir::json::Document, Failure> read_resource_text(const Call& call, Format format,
                                                               std::string text) {
  return read_text(call, format, std::move(text), nullptr);
}

fhir::Result<fhir::json::Document, Failure> read_body(const Call& call) {
  if (call.body.empty()) return fhir::unexpected(failure(no_body()));
  return read_resource_text(call, call.body_format, std::string(call.body));
}

fhir::Result<fhir::json::Document, Failure> read_faulty_body(const Call& call,
                                                             fhir::IssueSink& faults) {
  if (call.body.empty()) return fhir::unexpected(failure(no_body()));
  return read_text(call, call.body_format, std::string(call.body), &faults);
}

fhir::Result<fhir::json::Document, Failure> read_new_resource(const Call& call) {
  if (call.type != "Binary" || call.headers == nullptr || call.body.empty() ||
      call.entry_resource != nullptr)
    return read_body(call);
  const MediaType type = parse_media_type(call.headers->get("Content-Type"));
  if (const auto format = format_of(type.name)) {
    // "the data is accepted as is … except for the special case where the content is actually a
    // Binary resource"
    auto document = read_resource_text(call, *format, std::string(call.body));
    const bool is_ours = type.name == content_name(*format);
    if (document ? document->root().string_at("resourceType") == "Binary" : is_ours)
      return document;
  }
  return binary_of(call);
}

fhir::Result<void, Failure> check_resource_type(const fhir::json::Document& document,
                                                std::string_view type) {
  const fhir::json::Value& root = document.root();
  if (!root.is_object())
    return fhir::unexpected(
        failure(placed(fhir::make_issue(fhir::IssueType::structure, "A resource is a JSON object"),
                       document, root)));
  const fhir::json::Value* found = root.find("resourceType");
  if (found == nullptr || !found->is_string())
    return fhir::unexpected(
        failure(placed(fhir::make_issue(fhir::IssueType::structure, "The body has no resourceType"),
                       document, root)));
  if (found->string() == type) return {};
  return fhir::unexpected(failure(placed(
      fhir::make_issue(fhir::IssueType::invalid,
                       "The body is not a " + std::string(type) + ", which is the type in the URL"),
      document, *found)));
}

fhir::Result<void, Failure> check_id(const fhir::json::Document& document, std::string_view id) {
  const fhir::json::Value* found = document.root().find("id");
  if (found == nullptr || !found->is_string())
    return fhir::unexpected(failure(
        placed(fhir::make_issue(fhir::IssueType::required,
                                "An update's body carries the id of the resource, as in the URL"),
               document, document.root())));
  if (found->string() == id) return {};
  return fhir::unexpected(failure(
      placed(fhir::make_issue(fhir::IssueType::invalid, "The body's id is not the id in the URL"),
             document, *found)));
}

fhir::Result<void, Failure> validate(const Call& call, const fhir::json::Document& document) {
  if (!call.options->validate_writes) return {};
  fhir::IssueList found;  // the validator keeps to k_issues_max, and adds an error that comes later
  fhir::validation::Options options;
  options.displays_refused = false;      // displays of earlier releases are all over
  options.unit_codes_refused = false;    // "mcg" and "ea" are sent everywhere, also as UCUM's
  options.broken_links_refused = false;  // a narrative that a generator made for a page
  options.vital_signs = false;           // a client may store what it does not call a vital sign
  options.least = fhir::Severity::error;
  call.snapshot->services.validator->validate(document, options, found);
  if (!found.has_errors()) return {};
  // Whoever has to correct the resource is told the rest too.
  found = fhir::IssueList();
  options.least = fhir::Severity::information;
  call.snapshot->services.validator->validate(document, options, found);
  return fhir::unexpected(std::move(found.issues()));
}

fhir::Result<void, Failure> validate_patched(const Call& call,
                                             const fhir::json::Document& document) {
  auto valid = validate(call, document);
  if (valid) return valid;
  Failure found = std::move(valid).error();
  for (fhir::Issue& issue : found) {
    issue.line = issue.column = 0;
    issue.situation = fhir::Situation::unprocessable;
  }
  return fhir::unexpected(std::move(found));
}

fhir::Result<std::optional<std::int64_t>, Failure> if_match_of(const Call& call,
                                                               std::string_view id) {
  const std::string_view text =
      call.headers != nullptr ? call.headers->get("If-Match") : std::string_view{};
  if (text.empty()) return std::optional<std::int64_t>{};
  if (auto version = version_of_etag(text)) return version;
  // `*`, or a list: the version that stands now, when it is one of those.
  const auto current = call.snapshot->store().read(call.type, id, call.deadline);
  if (current && names_version(text, current->version_id))
    return std::optional<std::int64_t>{current->version_id};
  return fhir::unexpected(write_failure(
      call, fhir::make_issue(fhir::Situation::precondition_failed, fhir::IssueType::conflict,
                             "If-Match names no version that is the current one")));
}

fhir::Result<storage::Write, Failure> make_write(const Call& call, storage::WriteMethod method,
                                                 std::string_view type, std::string id,
                                                 const fhir::json::Value& sent) {
  std::optional<fhir::json::Document> translated;
  if (!call.options->added_codings.empty()) {
    if (auto text = terminology::with_added_codings(sent, call.options->added_codings,
                                                    *call.snapshot->services.terminology)) {
      REST_TRY(document, fhir::json::Document::read(std::move(*text)));
      translated = std::move(document);
    }
  }
  const fhir::json::Value& resource = translated ? translated->root() : sent;
  if (auto named = check_parameter_name(call.snapshot->definitions(), resource); !named)
    return fhir::unexpected(failure(std::move(named).error()));
  storage::Write write;
  write.method = method;
  write.type = type;
  write.body = pending_body(resource, id);
  write.id = std::move(id);
  fhir::Element root = fhir::root_element(resource, call.snapshot->definitions());
  REST_TRY(rows, call.snapshot->extractor->extract(root));
  write.index = std::move(rows);
  if (call.options->check_references_on_write || call.options->create_placeholders)
    write.must_exist = local_references(call, resource);
  // The id that the server gives is found by _id as any other.
  return write;
}

Failure write_failure(const Call& call, fhir::Issue issue) {
  // "If the version id given in the If-Match header does not match, the server returns a 412 …
  // instead of updating the resource"; R3 had 409 there, and some clients wait for it.
  if (issue.situation == fhir::Situation::precondition_failed &&
      issue.type == fhir::IssueType::conflict && call.options->version_conflict_status == 409)
    issue.situation = fhir::Situation::conflict;
  return failure(std::move(issue));
}

}  // namespace server::rest
