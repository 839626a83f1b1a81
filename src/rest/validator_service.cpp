#include "src/rest/validator_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"
#include "fhir/model/faulty_json.h"
#include "fhir/model/xml_reader.h"
#include "fhir/validation/validator.h"
#include "src/operations/random_uuid.h"
#include "src/rest/context.h"

namespace server::rest {
namespace {

using fhir::json::Builder;
using fhir::json::items_at;
using fhir::json::Value;

constexpr std::string_view k_validate = "/validate", k_version = "/validator/version";
constexpr std::string_view k_label = "validator-service";
constexpr std::size_t k_files_max = 1000;
constexpr std::size_t k_listed_max = 100;  // of each list in cliContext: each is asked of each file

std::string_view path_of(const http::Request& request) {
  return std::string_view(request.target).substr(0, request.target.find('?'));
}

http::Response answer(unsigned status, std::string_view type, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", std::string(type));
  response.headers.add("Cache-Control", "no-store");
  response.body = std::move(body);
  response.label = k_label;
  return response;
}

/// As the service spells issue types: CODEINVALID, NOTFOUND.
std::string shouted(std::string_view code) {
  std::string text;
  for (const char c : code) {
    if (c != '-') text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return text;
}

fhir::Issue issue_of(fhir::Severity severity, fhir::IssueType type, std::string text) {
  fhir::Issue issue = fhir::make_issue(type, std::move(text));
  issue.severity = severity;
  return issue;
}

/// What `cliContext` asks for that this service knows, and a finding for what it cannot give.
struct Context {
  fhir::validation::Options options;
  std::vector<fhir::Issue> lacks;
};

/// `name#version` of a guide, as far as a loaded ImplementationGuide tells its package.
bool is_loaded(std::string_view guide, const fhir::DefinitionStore& definitions) {
  const std::string_view name = guide.substr(0, guide.find_first_of("#|"));
  const std::string_view version =
      name.size() < guide.size() ? guide.substr(name.size() + 1) : std::string_view{};
  if (name.starts_with("hl7.fhir.r4.core")) return true;
  const auto guides = definitions.records("ImplementationGuide");
  return std::any_of(guides.begin(), guides.end(), [&](const fhir::ConformanceRecord& record) {
    const bool is_version = version.empty() || version == "current" || record.version == version;
    return is_version && (record.id == name || record.url.ends_with("/" + std::string(name)));
  });
}

Context context_of(const Value* given, const fhir::DefinitionStore& definitions) {
  Context context;
  context.options.unknown_extensions = fhir::validation::UnknownExtensions::refuse;
  if (given == nullptr) return context;
  for (const Value& extension : items_at(*given, "extensions")) {
    if (extension.string() == "any")
      context.options.unknown_extensions = fhir::validation::UnknownExtensions::ignore;
    else
      context.options.extension_bases.emplace_back(extension.string());
  }
  for (const Value& guide : items_at(*given, "igs")) {
    if (!is_loaded(guide.string(), definitions))
      context.lacks.push_back(issue_of(
          fhir::Severity::warning, fhir::IssueType::not_found,
          "The guide " + std::string(guide.string()) + " is not loaded here: judged without it"));
  }
  for (const Value& profile : items_at(*given, "profiles")) {
    std::string canonical(profile.string());
    if (definitions.record("StructureDefinition", canonical) == nullptr) {
      context.lacks.push_back(issue_of(fhir::Severity::error, fhir::IssueType::not_found,
                                       "The profile " + canonical + " is not loaded here"));
    } else {
      context.options.profiles.push_back(std::move(canonical));
    }
  }
  return context;
}

/// JSON or XML, whichever it is; what the reading can go on after is a finding.
fhir::Result<fhir::json::Document> read(std::string text, const fhir::DefinitionStore& definitions,
                                        fhir::IssueSink& sink) {
  const std::size_t first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first == std::string::npos || text[first] != '<')
    return fhir::read_faulty_json(std::move(text), definitions, {}, sink);
  fhir::XmlReadOptions options;
  options.faults = &sink;
  return fhir::read_xml(text, definitions, options);
}

void append_issue(Builder& out, const fhir::Issue& issue) {
  out.begin_object().string("source", "InstanceValidator");
  out.number("line", issue.line).number("col", issue.column);
  out.string("location", issue.expression).string("message", issue.diagnostics);
  if (!issue.rule.empty()) out.string("messageId", issue.rule);
  out.string("type", shouted(fhir::code_of(issue.type)));
  out.string("level", shouted(fhir::code_of(issue.severity))).end_object();
}

void append_outcome(Builder& out, const Value& file, const Context& context,
                    const Snapshot& snapshot) {
  fhir::IssueList found;
  for (const fhir::Issue& lack : context.lacks) found.add(lack);
  const std::string_view content = file.string_at("fileContent");
  const auto document = read(std::string(content), snapshot.definitions(), found);
  if (document) {
    snapshot.services.validator->validate(*document, context.options, found);
  } else {
    found.add(document.error());
  }
  out.begin_object().key("fileInfo").begin_object();
  out.string("fileName", file.string_at("fileName")).string("fileContent", content);
  out.string("fileType", file.string_at("fileType")).end_object();
  out.key("issues").begin_array();
  for (const fhir::Issue& issue : found.issues()) append_issue(out, issue);
  out.end_array().end_object();
}

/// The session of the request, so that a client that keeps one goes on with it; each request is
/// judged by itself.
std::string session_of(const Value& request) {
  const std::string_view sent = request.string_at("sessionId");
  return sent.empty() ? operations::random_uuid() : std::string(sent);
}

}  // namespace

http::Placement ValidatorService::placement(const http::Request& request) const {
  const std::string_view path = path_of(request);
  if (path == k_validate || path == k_version) return http::Placement::worker;
  return next_.placement(request);
}

http::Response ValidatorService::handle(http::Request& request) {
  const std::string_view path = path_of(request);
  if (path == k_version && request.method == http::Method::get)
    return answer(200, "text/plain; charset=utf-8", MEDISYNC_VERSION);
  if (path == k_validate && request.method == http::Method::post) return validate(request);
  return next_.handle(request);
}

http::Response ValidatorService::validate(const http::Request& request) const {
  const auto refuse = [&](std::string_view why) { return next_.failure(400, why); };
  auto body = fhir::json::Document::read(request.body);
  if (!body || !body->root().is_object()) return refuse("The body is a JSON object");
  const Value& root = body->root();
  const auto files = items_at(root, "filesToValidate");
  if (files.empty()) return refuse("filesToValidate names at least one file");
  if (files.size() > k_files_max)
    return refuse("filesToValidate takes " + std::to_string(k_files_max) + " files at most");
  for (const Value& file : files) {
    const Value* content = file.is_object() ? file.find("fileContent") : nullptr;
    if (content == nullptr || !content->is_string())
      return refuse("Each of filesToValidate has its text as fileContent");
  }
  const Value* given = root.find("cliContext");
  for (std::string_view list : {"profiles", "igs", "extensions"}) {
    if (given != nullptr && items_at(*given, list).size() > k_listed_max)
      return refuse(std::string(list) + " takes " + std::to_string(k_listed_max) +
                    " entries at most");
  }
  const auto snapshot = snapshots_.latest();
  const Context context = context_of(given, snapshot->definitions());
  std::string text;
  Builder out(text);
  out.begin_object().key("outcomes").begin_array();
  for (const Value& file : files) {
    if (std::chrono::steady_clock::now() > request.deadline)
      return next_.failure(503, "Judging these files takes longer than one request may");
    append_outcome(out, file, context, *snapshot);
  }
  out.end_array().string("sessionId", session_of(root)).end_object();
  return answer(200, "application/json", std::move(text));
}

}  // namespace server::rest
